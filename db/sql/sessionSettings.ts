import { hostOf, parseDatabaseAddress } from '../../platform/databaseAddress.ts';
import { NoConnectionError, StandbyError } from './unavailable.ts';

/** How long who asks may be kept waiting, and by what; db/sql/pools.ts says it of each pool. 0 = for ever. */
export interface ConnectionLimits {
  /** For a connection. */
  readonly acquireTimeoutMs?: number;
  /** For somebody's lock. In a transaction the time that it waited for its connection counts too. */
  readonly lockTimeoutMs?: number;
  /** A statement that runs longer is ended by the server. */
  readonly statementTimeoutMs?: number;
  /** So long after the server should have ended a statement its connection is given up: nothing is heard over it. */
  readonly unheardMs?: number;
}

/** What PostgreSQL and the driver are told when a connection begins. */
export function timeoutsOf({
  statementTimeoutMs = 0,
  lockTimeoutMs = 0,
  unheardMs = 5_000,
}: ConnectionLimits) {
  return {
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    // Of a server that stands still, or a network that swallows, nobody hears.
    query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + unheardMs,
    // A stopped process must not hold the locks of its batch for ever: finishing a task waits for them.
    idle_in_transaction_session_timeout: 30_000,
  };
}

/**
 * The same for one transaction, in one text with its begin: a pooler refuses the settings of a connection or ignores
 * them, and what a session sets is met by the next client.
 */
export function beginWith(begin: string, limits: ConnectionLimits): string {
  return `${begin}; ${localSettings(limits)}`;
}

/** What `localSettings` answers. */
export interface Begun {
  readonly standby: boolean;
}

export function localSettings(limits: ConnectionLimits): string {
  const { query_timeout: _ofDriver, ...ofServer } = timeoutsOf(limits);
  const settings = Object.entries({ TimeZone: 'UTC', ...ofServer });
  const set = settings.map(([name, value]) => `set_config('${name}', '${value}', true)`);
  return `select ${set.join(', ')}, pg_is_in_recovery() as standby`;
}

/**
 * Null: the transaction is not on a standby, where it would read what was true a while ago. Which server a pooler takes
 * is known only then, and may be another one the next time.
 */
export function whyNotThere(url: string, begun: readonly Partial<Begun>[]): Error | null {
  if (!begun.some(({ standby }) => standby === true)) return null;
  const hosts = parseDatabaseAddress(url).urls.map(hostOf);
  const place = hosts.map(({ host, port }) => `${host}:${port}`).join(' or ');
  return new NoConnectionError(
    new StandbyError(`the pooler at ${place} leads to a standby, and has to lead to the primary alone`),
  );
}

/** The driver's address with the time zone that texts of times are written in, beside what its own `options` say. */
export function inUtc(url: string): string {
  const address = new URL(parseDatabaseAddress(url).urls[0]);
  const own = address.searchParams.get('options');
  address.searchParams.set('options', [...(own === null ? [] : [own]), '-c TimeZone=UTC'].join(' '));
  return address.href;
}

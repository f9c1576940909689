import type pg from 'pg';
import { parseDatabaseAddress } from '../../platform/databaseAddress.ts';
import { createHostChoice, type HostChoice } from './hostChoice.ts';
import { sqlStateOf, sqlStates } from './transientErrors.ts';
import { isOnStandby, NoConnectionError } from './unavailable.ts';

/** The way to the server, as all pools of a process know it that go there. */
export interface Line {
  /** Keeps in mind since when a connection stands, and listens: without anybody who hears of it an error ends the process. */
  follow(client: pg.ClientBase): void;
  /**
   * Whether a connection may be handed out: it has not ended, and nothing that stood as long was found silent, read-only
   * or without a server behind it. What befalls one connection seldom befalls it alone.
   */
  isUsable(client: object): boolean;
  /** What went wrong with a connection. */
  hear(error: unknown): void;
  /** Of an address with several hosts. */
  readonly hosts: HostChoice;
}

const unheard = 'Query read timeout';

export function createLine(): Line {
  // On the clock that only goes forward.
  let lostAt = -Infinity;
  const begunAt = new WeakMap<object, number>();
  const hosts = createHostChoice();
  return {
    hosts,

    follow: (client) => {
      begunAt.set(client, performance.now());
      client.on('error', () => undefined);
      client.on('end', () => begunAt.delete(client));
    },

    isUsable: (client) => (begunAt.get(client) ?? -Infinity) > lostAt,

    hear: (error) => {
      if (!isLost(error)) return;
      lostAt = performance.now();
      hosts.forget();
    },
  };
}

/** Whether others that lead there are of no use either. A pooler whose server is away lets its clients log in as ever. */
function isLost(error: unknown): boolean {
  if (error instanceof NoConnectionError) return isOnStandby(error);
  const state = sqlStateOf(error);
  if (state !== null) return state === sqlStates.readOnly || state.startsWith('08');
  return error instanceof Error && error.message === unheard;
}

/** Where to and as whom, for a client of db/sql/client.ts, which chooses among several hosts. The system's own signs of life find who is gone, where nobody in between gives them. */
export function addressOf(url: string, applicationName: string) {
  return {
    connectionString: parseDatabaseAddress(url).urls[0],
    application_name: applicationName,
    ...{ keepAlive: true, keepAliveInitialDelayMillis: 10_000 },
  };
}

/** A connection of its own, for who listens or announces; what it asks is answered at once. */
export function bareConnection(url: string, applicationName: string) {
  return { ...addressOf(url, applicationName), connectionTimeoutMillis: 5_000, query_timeout: 5_000 };
}

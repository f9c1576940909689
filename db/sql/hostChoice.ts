import pg from 'pg';
import { hostOf, type DatabaseAddress, type WantedSession } from '../../platform/databaseAddress.ts';
import { isLoginRefused, NoFittingHostError } from './unavailable.ts';

/** Which host of an address is connected to, until it turns out to be the wrong one. */
export interface HostChoice {
  /** @returns the host's own address. @throws NoFittingHostError */
  choose(address: DatabaseAddress): Promise<string>;
  /** It does not answer, or does not take changes (any more): the next connection looks for another one. */
  forget(): void;
}

const lookAtMostMs = 2_000;

export function createHostChoice(): HostChoice {
  const chosen = new Map<string, Promise<string>>();
  return {
    choose: (address) => {
      const key = address.urls.join();
      const known = chosen.get(key);
      if (known !== undefined) return known;
      const choice = find(address);
      chosen.set(key, choice);
      choice.catch(() => {
        if (chosen.get(key) === choice) chosen.delete(key);
      });
      return choice;
    },

    forget: () => {
      chosen.clear();
    },
  };
}

/** All are looked at, at once: a host that swallows everything must not keep the others waiting. The first that fits. */
async function find({ urls, wanted }: DatabaseAddress): Promise<string> {
  const looks = urls.map((url) => ({ url, look: lookAt(url, wanted) }));
  const reasons: string[] = [];
  let refused: Error | undefined;
  for (const { url, look } of looks) {
    const { unfit, error } = await look;
    if (unfit === null) return url;
    const { host, port } = hostOf(url);
    reasons.push(`${host}:${port} ${unfit}`);
    if (error !== undefined && isLoginRefused(error)) refused ??= error;
  }
  // A wrong password does not become right by waiting.
  throw refused ?? new NoFittingHostError(`no host of the database takes changes: ${reasons.join('; ')}`);
}

interface Look {
  /** Null: it is what is wanted. */
  readonly unfit: string | null;
  readonly error?: Error;
}

async function lookAt(url: string, wanted: WantedSession): Promise<Look> {
  const client = new pg.Client({
    ...{ connectionString: url, application_name: 'luna-admin host' },
    ...{ connectionTimeoutMillis: lookAtMostMs, query_timeout: lookAtMostMs },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return { unfit: wanted === 'any' ? null : await whyUnfit(client, wanted) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // A pooler whose server is away has one code for everything, and says what it means.
    const code = 'code' in error && error.code !== '08P01' ? String(error.code) : error.message;
    return { unfit: `cannot be asked (${code})`, error };
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** Asks the server itself. Null: it is what is wanted. */
export async function whyUnfit(client: pg.Client, wanted: WantedSession): Promise<string | null> {
  const { rows } = await client.query<{ standby: boolean; readonly: boolean }>(
    `select pg_is_in_recovery() standby, current_setting('default_transaction_read_only')::boolean readonly`,
  );
  if (rows[0]?.standby === true) return 'is a standby';
  return rows[0]?.readonly === true && wanted === 'read-write' ? 'is read-only' : null;
}

/**
 * What a server says of itself when a connection begins (PostgreSQL 14 and newer). A pooler keeps it to itself, or says
 * of every connection what its server said when it first went there.
 */
export function isUnfit(said: ReadonlyMap<string, string>, wanted: WantedSession): boolean {
  if (wanted === 'any') return false;
  const isReadOnly = said.get('default_transaction_read_only') === 'on' && wanted === 'read-write';
  return said.get('in_hot_standby') === 'on' || isReadOnly;
}

import type pg from 'pg';
import { errorTable } from '../../domain/errors.ts';
import { ConfigError } from '../../platform/config.ts';
import { clientOf } from '../sql/client.ts';
import { bareConnection, createLine } from '../sql/line.ts';
import { sqlStateOf, sqlStates } from '../sql/transientErrors.ts';
import { NoConnectionError } from '../sql/unavailable.ts';

const oldestMajor = 14;
// Nobody else asks for this one: whoever does not answer it has not kept it.
const limitMs = 5_010;

/** What a pooler in transaction mode says to a setting that a connection begins with. */
const protocolViolation = '08P01';

/**
 * Connects to the server and asks what stands in the way of using it; null: nothing does.
 * @throws NoConnectionError: it cannot be asked
 */
export async function findObstacle(url: string): Promise<string | null> {
  try {
    return await withServer(url, async (client) => {
      const { rows } = await client.query<{ version: string; limit: string }>(
        `select current_setting('server_version') as version, current_setting('lock_timeout') as limit`,
      );
      const [server] = rows;
      if (server?.limit !== `${limitMs}ms`) return poolerSentence;
      if (Number.parseInt(server.version, 10) >= oldestMajor) return null;
      return `is PostgreSQL ${server.version}, and ${oldestMajor} is the oldest that is supported (code ${errorTable.serverTooOld.code})`;
    });
  } catch (error) {
    const cause = error instanceof NoConnectionError ? error.cause : null;
    if ((cause as { code?: unknown } | null)?.code === protocolViolation) return poolerSentence;
    throw error;
  }
}

const poolerSentence = `leads to a connection pooler such as PgBouncer, which keeps no session; DATABASE_DIRECT_URL has to lead to PostgreSQL itself (code ${errorTable.poolerInBetween.code})`;

export interface ServerSettings {
  readonly url: string;
  readonly directUrl: string | undefined;
}

/** For a process of the service. @throws ConfigError; NoConnectionError: it cannot be asked (yet) */
export async function checkServer({ url, directUrl }: ServerSettings): Promise<void> {
  const obstacle = await findObstacle(directUrl ?? url);
  if (obstacle === null) return;
  throw new ConfigError([`${directUrl === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL'}: ${obstacle}`]);
}

/** When its first migration was applied, which no two databases have in common. */
export const madeAt = `select extract(epoch from min(apply_time))::text as time from schema_migrations`;

/** @throws ConfigError when the direct address leads to another database */
export async function checkSame(directUrl: string, time: string | null): Promise<void> {
  const found = await withServer(directUrl, async (client) => {
    const { rows } = await client.query<{ time: string | null }>(madeAt);
    return rows[0]?.time ?? null;
  }).catch((error: unknown) => {
    if (sqlStateOf(error) === sqlStates.undefinedTable) return null;
    throw error;
  });
  if (found === time) return;
  const { code } = errorTable.poolerInBetween;
  throw new ConfigError([`DATABASE_DIRECT_URL: leads to another database than DATABASE_URL (code ${code})`]);
}

async function withServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const Client = clientOf(url, createLine());
  const client = new Client({
    ...bareConnection(url, 'luna-admin check'),
    lock_timeout: limitMs,
  });
  try {
    await client.connect().catch((error: unknown) => {
      throw new NoConnectionError(error);
    });
    return await work(client);
  } finally {
    void client.end().catch(() => undefined);
  }
}

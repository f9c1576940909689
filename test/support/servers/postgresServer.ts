import pg from 'pg';
import type { Postgres } from '../../../embedded/postgres.ts';
import { createLogger } from '../../../platform/logger.ts';
import type { TestFolder } from '../folder.ts';
import { startTestPostgres } from '../postgres/programs.ts';

export type Settings = Readonly<Record<string, string>>;

export interface PostgresServer {
  readonly url: string;
  readonly port: number;
  /** Its files, from which a standby can be made. */
  readonly folder: string;
  /** Asks this server itself. */
  query<Row extends object>(sql: string): Promise<readonly Row[]>;
  /** Null while it is down. */
  pid(): number | null;
  /** SIGKILL: as good as a power cut. SIGQUIT: an immediate stop. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Again, on its files and its port. */
  start(): Promise<void>;
  /** Removes its folder, too. */
  stop(): Promise<void>;
}

/** Starts a PostgreSQL in a folder of its own. */
export async function serverIn(
  folder: TestFolder,
  settings: Settings,
  port?: number,
): Promise<PostgresServer> {
  const log = createLogger({ name: 'server', level: 'silent', format: 'json' });
  const startAt = (at: number | undefined) =>
    startTestPostgres({
      ...{ dataDir: folder.path, log, settings },
      ...(at === undefined ? {} : { port: at }),
    });
  let server: Postgres = await startAt(port);
  let isUp = true;
  return {
    ...{ url: server.url, folder: folder.path, port: server.port },
    pid: () => (isUp ? server.pid : null),
    query: async <Row extends object>(sql: string) => {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      try {
        return (await client.query<Row>(sql)).rows;
      } finally {
        await client.end();
      }
    },
    kill: async (signal = 'SIGKILL') => {
      if (!isUp) return;
      process.kill(server.pid, signal);
      await server.exited;
      isUp = false;
    },
    start: async () => {
      if (isUp) return;
      server = await startAt(server.port);
      isUp = true;
    },
    stop: async () => {
      await server.stop('immediate');
      isUp = false;
      await folder.remove();
    },
  };
}

import pg from 'pg';
import type { Postgres } from '../../../embedded/postgres.ts';
import { createLogger } from '../../../platform/logger.ts';
import { createTestFolder } from '../folder.ts';
import { primarySettings, startStandby, type Standby } from '../servers/standby.ts';
import { startTestPostgres } from './programs.ts';
import { waitFor } from '../waitFor.ts';

type Server = Pick<Standby, 'folder' | 'port' | 'kill' | 'stop'>;
type Host = 'primary' | 'standby' | 'nowhere';

export type Pair = Awaited<ReturnType<typeof startPair>>;

/** A PostgreSQL and a standby that follows it; the standby can take over, and a new one be made in the other's place. */
export async function startPair() {
  const log = createLogger({ name: 'pair', level: 'silent', format: 'json' });
  const folder = await createTestFolder('pair');
  const first: Postgres = await startTestPostgres({
    ...{ dataDir: folder.path, log, settings: primarySettings },
  });
  let primary: Server = {
    ...{ folder: folder.path, port: first.port },
    kill: async () => {
      process.kill(first.pid, 'SIGKILL');
      await first.exited;
    },
    stop: async () => {
      await first.stop('immediate');
      await folder.remove();
    },
  };
  let standby: Standby = await startStandby(folder.path, first.url, 'replica');
  const left: Server[] = [];
  const { username, password, pathname } = new URL(first.url);

  const urlAt = (hosts: readonly number[], attributes?: string): string =>
    `postgres://${username}:${password}@${hosts.map((port) => `127.0.0.1:${port}`).join(',')}${pathname}` +
    (attributes === undefined ? '' : `?target_session_attrs=${attributes}`);

  /** On the primary itself, whoever that is. */
  const query = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: urlAt([primary.port]) });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };

  return {
    url: (hosts: Host | `${Host},${Host}` | `${Host},${Host},${Host}`, attributes?: string): string => {
      const ports = { primary: primary.port, standby: standby.port, nowhere: 1 };
      return urlAt(
        hosts.split(',').map((host) => ports[host as Host]),
        attributes,
      );
    },

    /** From now on a commit waits until the standby has it. */
    synchronise: async (): Promise<void> => {
      await query(`alter system set synchronous_standby_names = 'replica'`);
      await query('select pg_reload_conf()');
      await waitFor('the standby to be synchronous', async () => {
        const client = new pg.Client({ connectionString: urlAt([primary.port]) });
        await client.connect();
        try {
          const { rows } = await client.query<{ state: string }>(
            'select sync_state as state from pg_stat_replication',
          );
          return rows[0]?.state === 'sync';
        } finally {
          await client.end();
        }
      });
    },

    /** Kills the primary and promotes the standby. */
    failOver: async (): Promise<void> => {
      await primary.kill();
      await standby.query('select pg_promote()');
      left.push(primary);
      primary = standby;
    },

    /** A new standby of the new primary, at the port of the old one. */
    rebuild: async (): Promise<void> => {
      standby = await startStandby(primary.folder, urlAt([primary.port]), 'replica', left.at(-1)?.port);
    },

    stop: async (): Promise<void> => {
      await standby.stop();
      for (const server of new Set([primary, ...left])) if (server !== standby) await server.stop();
    },
  };
}

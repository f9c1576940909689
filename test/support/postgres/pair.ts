import { createTestFolder } from '../folder.ts';
import { serverIn, type PostgresServer, type Settings } from '../servers/postgresServer.ts';
import { primarySettings, startStandby } from '../servers/standby.ts';
import { waitFor } from '../waitFor.ts';

type Host = 'primary' | 'standby' | 'nowhere';

export type Pair = Awaited<ReturnType<typeof startPair>>;

/** A PostgreSQL and a standby that follows it; the standby can take over, and a new one be made in the other's place. */
export async function startPair(settings: Settings = {}) {
  const both = { ...primarySettings, ...settings };
  let primary = await serverIn(await createTestFolder('pair'), both);
  let standby: PostgresServer = await startStandby(primary.folder, primary.url, 'replica', {
    settings: both,
  });
  let dead: PostgresServer | null = null;
  const { username, password, pathname } = new URL(primary.url);

  const urlAt = (hosts: readonly number[], attributes?: string): string =>
    `postgres://${username}:${password}@${hosts.map((port) => `127.0.0.1:${port}`).join(',')}${pathname}` +
    (attributes === undefined ? '' : `?target_session_attrs=${attributes}`);

  const isSynchronous = async (): Promise<boolean> => {
    const rows = await primary.query<{ state: string }>(
      'select sync_state as state from pg_stat_replication',
    );
    return rows[0]?.state === 'sync';
  };

  return {
    primary: () => primary,
    standby: () => standby,

    url: (hosts: Host | `${Host},${Host}` | `${Host},${Host},${Host}`, attributes?: string): string => {
      const ports = { primary: primary.port, standby: standby.port, nowhere: 1 };
      return urlAt(
        hosts.split(',').map((host) => ports[host as Host]),
        attributes,
      );
    },
    /** Of these ports on loopback, whatever is behind them. */
    urlAt,

    isSynchronous,

    /** From now on a commit waits until the standby has it. */
    synchronise: async (): Promise<void> => {
      await configure(primary, `set synchronous_standby_names = 'replica'`);
      await waitFor('the standby to be synchronous', isSynchronous);
    },

    /** From now on the standby gets nothing of what is committed, and commits do not wait for it. */
    part: async (): Promise<void> => {
      await configure(primary, 'reset synchronous_standby_names');
      await configure(standby, `set primary_conninfo = ''`);
      await waitFor('the standby to be alone', async () => {
        const rows = await primary.query('select from pg_stat_replication');
        return rows.length === 0;
      });
    },

    /** Kills the primary and promotes the standby. */
    failOver: async (): Promise<void> => {
      await primary.kill();
      await standby.query('select pg_promote()');
      dead = primary;
      primary = standby;
    },

    /** A new standby of the new primary, at the port of the old one. */
    rebuild: async (): Promise<void> => {
      if (dead === null) return;
      const { port } = dead;
      await dead.stop();
      dead = null;
      standby = await startStandby(primary.folder, primary.url, 'replica', { port, settings: both });
    },

    stop: async (): Promise<void> => {
      for (const server of new Set([standby, primary, dead])) await server?.stop();
    },
  };
}

async function configure(server: PostgresServer, change: string): Promise<void> {
  await server.query(`alter system ${change}`);
  await server.query('select pg_reload_conf()');
}

import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Origin } from './origin.ts';
import type { PathName, Step, Victim } from './plan.ts';
import type { System } from './system.ts';

type Strike = Extract<
  Step,
  { act: 'kill' | 'freeze' | 'terminate' | 'lock' | 'clock' | 'away' | 'cut' | 'stall' | 'slow' }
>;

const servers = ['postgres', 'temporal'];
const processes = ['worker-1', 'worker-2', 'api'];

const killed: Record<Exclude<Victim, 'extractors'>, readonly string[]> = {
  'worker-1': ['worker-1'],
  'worker-2': ['worker-2'],
  workers: ['worker-1', 'worker-2'],
  api: ['api'],
  temporal: ['temporal'],
  wipe: ['temporal'],
  postgres: ['postgres'],
  failover: ['postgres', 'standby'],
  standby: ['standby'],
  store: ['store'],
  everything: [...servers, 'standby', ...processes],
};

/** Breaks things, and mends them again in its own time: what is broken next may meet what is still down. */
export function createStrikes(system: System, origin: Origin, say: (text: string) => void) {
  const recoveries = new Map<string, Promise<void>>();
  const deaths = new Map<string, { seen: number; ordered: number }>();
  const deathsOf = (name: string) => {
    const known = deaths.get(name) ?? { seen: 0, ordered: 0 };
    deaths.set(name, known);
    return known;
  };

  /** What undoes a strike; a later one of the same thing comes after it. */
  const recover = (name: string, work: () => Promise<void>): void => {
    const recovery = work().catch((error: unknown) => say(`${name} could not be repaired: ${String(error)}`));
    recoveries.set(name, recovery);
    void recovery.then(() => recoveries.get(name) === recovery && recoveries.delete(name));
  };

  const kill = async (victim: Victim, downMs: number): Promise<void> => {
    if (victim === 'extractors') {
      for (const name of processes.slice(0, 2))
        for (const pid of await system.childrenOf(name)) signal(pid, 'SIGKILL');
      return;
    }
    const isThere = (name: string) => name !== 'standby' || name in system.pids();
    const names = killed[victim].filter(isThere);
    for (const name of names) await recoveries.get(name);
    if (victim === 'failover') return failOver(downMs);
    // What takes over is made anew with it.
    if (names.includes('standby')) await recoveries.get('postgres');
    await Promise.all(
      names.map(async (name) => {
        deathsOf(name).ordered += 1;
        // SIGQUIT is PostgreSQL's immediate stop: no checkpoint, sessions cut off.
        await system.halt(name, name === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
      }),
    );
    if (victim === 'wipe') await system.wipeTemporal();
    for (const name of names) {
      recover(name, async () => {
        await delay(downMs);
        // What needs a server starts after it, as npm start does it.
        if (!servers.includes(name)) for (const server of servers) await recoveries.get(server);
        await system.resume(name);
      });
    }
  };

  /** The primary does not come back: its standby takes over, and another one is made in its place. */
  const failOver = async (downMs: number): Promise<void> => {
    await system.inSync();
    for (const name of killed.failover) deathsOf(name).ordered += 1;
    await system.halt('postgres', 'SIGKILL');
    recover('postgres', async () => {
      await delay(downMs);
      await system.failOver();
    });
  };

  const freeze = (worker: string, forMs: number): void => {
    const pid = system.pids()[worker];
    if (pid == null) return;
    signal(pid, 'SIGSTOP');
    recover(`${worker}'s sleep`, async () => {
      await delay(forMs);
      signal(pid, 'SIGCONT');
    });
  };

  const terminate = async (share: 'one' | 'all'): Promise<void> => {
    const client = new pg.Client({ connectionString: system.databaseUrl() });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(
        `select pg_terminate_backend(pid) from (select pid from pg_stat_activity
           where application_name like 'luna-admin%' order by state = 'active' desc, pid limit $1) chosen`,
        [share === 'one' ? 1 : 1_000],
      );
    } catch {
      say('the database is down already');
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  /** It ends with the time, or with the server. */
  const hold = (table: string, mode: string, forMs: number): void => {
    recover(`lock on ${table}`, async () => {
      const client = new pg.Client({
        connectionString: system.databaseUrl(),
        application_name: 'another session',
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.query(`begin; lock table ${table} in ${mode} mode`);
        await delay(forMs);
      } catch {
        say(`${table} cannot be locked, or the lock was lost`);
      } finally {
        await client.end().catch(() => undefined);
      }
    });
  };

  const setClock = (name: string, days: number, forMs: number): void => {
    recover(`${name}'s clock`, async () => {
      await system.setClock(name, days * 86_400_000);
      await delay(forMs);
      await system.setClock(name, 0);
    });
  };

  const spoil = async (how: 'cut' | 'stall' | 'slow', path: PathName, forMs: number): Promise<void> => {
    const proxy = system.proxies[path];
    await recoveries.get(path);
    if (how === 'slow') proxy.slow(forMs / 10);
    else proxy[how]();
    recover(path, async () => {
      await delay(forMs);
      proxy.open();
    });
  };

  let before: Record<string, number | null> = system.pids();
  const watch = setInterval(() => {
    const now = system.pids();
    for (const [name, pid] of Object.entries(before)) {
      if (pid !== null && now[name] !== pid) deathsOf(name).seen += 1;
    }
    before = now;
  }, 50);

  return {
    strike: async (step: Strike): Promise<void> => {
      switch (step.act) {
        case 'kill':
          return kill(step.victim, step.downMs);
        case 'freeze':
          freeze(step.worker, step.forMs);
          return;
        case 'terminate':
          return terminate(step.share);
        case 'lock':
          hold(step.table, step.mode, step.forMs);
          return;
        case 'clock':
          setClock(step.process, step.days, step.forMs);
          return;
        case 'away':
          origin.leave();
          recover('origin', async () => {
            await delay(step.forMs);
            origin.comeBack();
          });
          return;
        case 'cut':
        case 'stall':
        case 'slow':
          return spoil(step.act, step.path, step.forMs);
      }
    },
    /** Resolves when everything that was broken is mended. */
    mended: async (): Promise<void> => {
      while (recoveries.size > 0) await Promise.all(recoveries.values());
    },
    /** Processes that ended more often than they were killed. */
    unasked: (): string[] =>
      [...deaths]
        .filter(([, { seen, ordered }]) => seen > ordered)
        .map(([name, { seen, ordered }]) => `${name} ended ${seen} times and was killed ${ordered} times`),
    stop: (): void => clearInterval(watch),
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

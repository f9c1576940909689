import { createDatabase, type Database, type DatabaseOptions } from './connection.ts';
import { createLine } from './line.ts';
import { createRecords } from './records.ts';
import type { ConnectionLimits } from './sessionSettings.ts';
import { unavailableReason } from './unavailable.ts';

/**
 * How long each pool's callers may be kept waiting (docs/operations.md#connections, decision 0027). Locks are waited for
 * shortly everywhere, since who asks is told to ask again; how long a statement may work depends on what it is for.
 */
export const poolLimits = {
  /** Sessions, accounts, log-ins: asked before everything else. */
  identity: { acquireTimeoutMs: 4_000, lockTimeoutMs: 800, statementTimeoutMs: 1_500, unheardMs: 1_000 },
  /** Orders of admins, which are answered within two seconds whoever holds what. */
  control: { acquireTimeoutMs: 1_200, lockTimeoutMs: 1_200, statementTimeoutMs: 5_000, unheardMs: 1_000 },
  /** The same of plain rows that models create and edit: accounts, schedules. No statement of theirs is long. */
  records: { acquireTimeoutMs: 1_200, lockTimeoutMs: 1_200, statementTimeoutMs: 2_000, unheardMs: 1_000 },
  /** Orders that change everything of a task or an account: they wait no longer, but may work longer. */
  heavy: { acquireTimeoutMs: 1_200, lockTimeoutMs: 1_200, statementTimeoutMs: 300_000, unheardMs: 5_000 },
  /** Pages and lists. */
  reading: { acquireTimeoutMs: 5_000, lockTimeoutMs: 800, statementTimeoutMs: 5_000, unheardMs: 1_000 },
  /** Answers that go on for long, a piece at a time: no connection is held while a client takes its time. */
  exports: { acquireTimeoutMs: 10_000, lockTimeoutMs: 1_200, statementTimeoutMs: 60_000, unheardMs: 5_000 },
  /** Health and figures: a check has two seconds in all. */
  health: { acquireTimeoutMs: 1_000, lockTimeoutMs: 400, statementTimeoutMs: 800, unheardMs: 500 },
} as const satisfies Record<string, ConnectionLimits>;

export type PoolName = keyof typeof poolLimits;
export type Pools = ReturnType<typeof createPools>;

// One connection listens for changes of tasks (db/tasks/taskChanges.ts).
const listening = 1;
// Reading has what the others leave.
const shares = { identity: 0.15, control: 0.15, records: 0.05, heavy: 0.1, exports: 0.1 };

/** How many connections each pool has of all that a process of the API may have; each has one at the least. */
export function splitConnections(total: number): Record<PoolName, number> {
  const free = total - listening - 1;
  const part = (share: number): number => Math.max(1, Math.floor(free * share));
  const others = {
    identity: part(shares.identity),
    control: part(shares.control),
    records: part(shares.records),
    heavy: part(shares.heavy),
    exports: part(shares.exports),
  };
  const taken = Object.values(others).reduce((sum, count) => sum + count, 0);
  return { ...others, health: 1, reading: Math.max(1, free - taken) };
}

/** The connections of one process of the API, so divided that nobody waits behind those who wait for something else. */
export function createPools(
  options: Pick<DatabaseOptions, 'url' | 'directUrl' | 'applicationName' | 'maxConnections'>,
) {
  const { url, directUrl, applicationName, maxConnections } = options;
  const line = createLine();
  const sizes = splitConnections(maxConnections);
  const optionsOf = (name: PoolName): DatabaseOptions => ({
    ...{ url, directUrl, line, applicationName: `${applicationName} ${name}`, maxConnections: sizes[name] },
    ...poolLimits[name],
  });
  const open = (name: PoolName): Database => createDatabase(optionsOf(name));
  const pools = {
    identity: open('identity'),
    control: open('control'),
    records: createRecords(optionsOf('records')),
    heavy: open('heavy'),
    reading: open('reading'),
    exports: open('exports'),
    health: open('health'),
  };
  return {
    ...pools,
    /** @throws an error that says publicly why the database cannot be queried */
    check: async (): Promise<void> => {
      try {
        await pools.health.query('select 1');
      } catch (error) {
        const reason = { publicReason: unavailableReason(error) };
        throw Object.assign(new Error('the database cannot be queried', { cause: error }), reason);
      }
    },

    sizes: () => Object.entries(pools).map(([name, pool]) => ({ name, ...pool.poolSize() })),
    close: async (): Promise<void> => {
      await Promise.all(Object.values(pools).map((pool) => pool.close()));
    },
  };
}

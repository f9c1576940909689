import pg from 'pg';
import { createClientPool, type Lease, type PoolSize, type Statement } from './clientPool.ts';
import { createLine, type Line } from './line.ts';
import {
  beginWith,
  inUtc,
  timeoutsOf,
  whyNotThere,
  type Begun,
  type ConnectionLimits,
} from './sessionSettings.ts';
import { storable } from './storable.ts';
import { shortenedLockWait } from './lockWait.ts';

/** Runs one statement; rows come back as plain objects. Binds are `$1…`; bigint columns are numbers. */
export interface Sql {
  query<Row extends object>(sql: string, bind?: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement that answers no rows. @returns how many it changed */
  execute(sql: string, bind?: readonly unknown[]): Promise<number>;
}

export interface OpenTransaction extends Sql {
  /** The number of the server's process that runs it. */
  backend(): Promise<number>;
}

export interface Reader extends Pick<Sql, 'query'> {
  /** `query` that lets the server keep the statement's plan under a name: for few, hot, and always the same texts. */
  prepared<Row extends object>(name: string, sql: string, bind?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Sql, Reader {
  /** One read-only transaction (repeatable read): all that `work` reads is of the same moment. One statement after the other. */
  snapshot<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /** One transaction (read committed): commits when `work` resolves, rolls back when it rejects. */
  transaction<T>(work: (tx: OpenTransaction) => Promise<T>): Promise<T>;
  /**
   * One statement on a connection that nothing else uses: to look at what another statement waits for, or to end it,
   * also when all others wait.
   */
  readonly aside: Pick<Sql, 'query'>;
  poolSize(): PoolSize;
  close(): Promise<void>;
}

export interface DatabaseOptions extends ConnectionLimits {
  readonly url: string;
  /**
   * The server itself, where `url` leads to a pooler in transaction mode (decision 0058): each statement is then in a
   * transaction, which begins with all settings and keeps nothing. Undefined: `url` is the server.
   */
  readonly directUrl?: string | undefined;
  readonly applicationName: string;
  readonly maxConnections: number;
  /** What is known of the way to the server, to all pools that go it. */
  readonly line?: Line;
}

const asideMs = 2_000;

// Kept for as long as people stay away from a page: another one costs some 20 ms, and a page asks with several.
export const idleMs = 300_000;
// A transaction begins and ends without work or locks: whatever else may take how long, this is answered at once.
const probeMs = 2_500;

/** One pool of the driver. Connects at the first use. */
export function createDatabase(options: DatabaseOptions): Database {
  const { url, directUrl, applicationName, maxConnections, line = createLine() } = options;
  const { acquireTimeoutMs = 10_000, lockTimeoutMs = 0 } = options;
  const isPooled = directUrl !== undefined;
  const pool = createClientPool({
    ...(isPooled
      ? { query_timeout: timeoutsOf(options).query_timeout }
      : { connectionString: inUtc(url), ...timeoutsOf(options) }),
    ...{ max: maxConnections, idleTimeoutMillis: idleMs, connectionTimeoutMillis: acquireTimeoutMs },
    ...{ url, applicationName, line, isPooled, types },
  });
  const aside = createClientPool({
    ...{ url: directUrl ?? url, applicationName, line, max: 1, types },
    ...{ connectionTimeoutMillis: asideMs, query_timeout: asideMs, statement_timeout: asideMs },
  });

  const within = <T>(begin: string, work: (lease: Lease) => Promise<T>): Promise<T> => {
    const beganAt = performance.now();
    return pool.lend(async (lease) => {
      if (isPooled) {
        const text = beginWith(begin, options);
        const { rows } = await lease.ask<Begun>({ text, query_timeout: acquireTimeoutMs });
        const obstacle = whyNotThere(url, rows);
        if (obstacle !== null) throw lease.leave(obstacle);
      } else await lease.ask({ text: begin, query_timeout: probeMs });
      const result = await rollingBack(lease, async () => {
        const wait = shortenedLockWait(lockTimeoutMs, beganAt);
        if (wait !== null) await lease.ask({ text: wait });
        return work(lease);
      });
      await lease.ask({ text: 'commit' });
      return result;
    });
  };

  const ask: Lease['ask'] = (statement) =>
    isPooled ? within('begin', (lease) => lease.ask(statement)) : pool.lend((lease) => lease.ask(statement));

  return {
    ...overConnection({ ask }),

    prepared: async <Row extends object>(name: string, sql: string, bind: readonly unknown[] = []) => {
      const statement = statementOf(sql, bind);
      if (isPooled) return (await ask<Row>(statement)).rows;
      return pool.lend(async (lease) => {
        try {
          return (await lease.ask<Row>({ ...statement, name })).rows;
        } catch (error) {
          if (!isOutdated(error)) throw error;
          return (await lease.ask<Row>(statement)).rows;
        }
      });
    },

    transaction: (work) =>
      within('begin', (lease) => work({ ...overConnection(lease), backend: lease.backend })),

    snapshot: (work) =>
      within('begin isolation level repeatable read read only', (lease) => work(oneByOne(lease))),

    aside: overConnection({ ask: (statement) => aside.lend((lease) => lease.ask(statement)) }),

    poolSize: () => pool.size(),

    close: async () => {
      await Promise.all([pool.close(), aside.close()]);
    },
  };
}

async function rollingBack<T>(lease: Lease, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // One that is broken is closed, which ends its transaction too.
    if (!lease.isBroken) {
      await lease.ask({ text: 'rollback', query_timeout: probeMs }).catch(() => undefined);
    }
    throw error;
  }
}

function overConnection({ ask }: Pick<Lease, 'ask'>): Sql {
  return {
    query: async <Row extends object>(sql: string, bind: readonly unknown[] = []) =>
      (await ask<Row>(statementOf(sql, bind))).rows,
    execute: async (sql, bind = []) => (await ask(statementOf(sql, bind))).count,
  };
}

/** For who asks for many things at once. After one that fails nothing more is asked. */
function oneByOne({ ask }: Pick<Lease, 'ask'>): Reader {
  let last: Promise<unknown> = Promise.resolve();
  const query = <Row extends object>(sql: string, bind: readonly unknown[] = []): Promise<Row[]> => {
    const rows = last.then(async () => (await ask<Row>(statementOf(sql, bind))).rows);
    last = rows;
    return rows;
  };
  return { query, prepared: (_name, sql, bind) => query(sql, bind) };
}

/** Several statements in one text are understood only without values. */
function statementOf(text: string, bind: readonly unknown[]): Statement {
  return bind.length === 0 ? { text } : { text, values: bind.map(storable) };
}

/** A migration changed what a statement answers after its plan was kept. */
function isOutdated(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '0A000';
}

/** Identities and counters stay far below 2^53; as text they would reach JSON as strings. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

import pg from 'pg';
import { QueryTypes, Sequelize, type Transaction } from 'sequelize';
import { clientOf, createLine, HeardClient, type Line } from './line.ts';
import { createPooledQuery, type PooledQuery } from './pooledQuery.ts';
import { storable } from './storable.ts';

/** Runs one statement; rows come back as plain objects. Binds are `$1…`; bigint columns are numbers. */
export interface Sql {
  query<Row extends object>(sql: string, bind?: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement that answers no rows. @returns how many it changed */
  execute(sql: string, bind?: readonly unknown[]): Promise<number>;
}

export interface OpenTransaction extends Sql {
  readonly transaction: Transaction;
  /** The number of the server's process that runs it. */
  readonly backend: number;
}

export interface Database extends Sql {
  readonly sequelize: Sequelize;
  /** `query` that lets the server keep the statement's plan under a name: for few, hot, and always the same texts. */
  readonly prepared: <Row extends object>(
    name: string,
    sql: string,
    bind?: readonly unknown[],
  ) => Promise<Row[]>;
  /** One transaction (read committed): commits when `work` resolves, rolls back when it rejects. */
  transaction<T>(work: (tx: OpenTransaction) => Promise<T>): Promise<T>;
  /**
   * One statement on a connection that nothing else uses: to look at what another statement waits for, or to end it,
   * also when all others wait.
   */
  readonly aside: Pick<Sql, 'query'>;
  poolSize(): { size: number; available: number; waiting: number };
  close(): Promise<void>;
}

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

export interface DatabaseOptions extends ConnectionLimits {
  readonly url: string;
  readonly applicationName: string;
  readonly maxConnections: number;
  /** What is known of the way to the server, to all pools that go it. */
  readonly line?: Line;
}

const asideMs = 2_000;

const int8Oid = 20;

// Kept for as long as people stay away from a page: another one costs some 20 ms, and a page asks with several.
const idleMs = 300_000;
const waitedMs = 100;
const leastLockTimeoutMs = 100;

/** One pool: Sequelize's models and plain SQL go through it alike. Connects at the first use. */
export function createDatabase(options: DatabaseOptions): Database {
  const { acquireTimeoutMs = 10_000, lockTimeoutMs = 0, statementTimeoutMs = 0, unheardMs = 5_000 } = options;
  const line = options.line ?? createLine();
  const sequelize = new Sequelize(options.url, {
    dialect: 'postgres',
    // The least that is supported. Not told, it is asked for over a connection that is opened for it, once for each pool.
    ...{ databaseVersion: '14.0.0' },
    dialectModule: { ...pg, Client: clientOf(line) },
    logging: false,
    pool: {
      ...{ max: options.maxConnections, min: 0, acquire: acquireTimeoutMs, idle: idleMs },
      validate: (client?: object) => client instanceof HeardClient && client.isUsable(),
    },
    define: { underscored: true, timestamps: false },
    dialectOptions: {
      application_name: options.applicationName,
      statement_timeout: statementTimeoutMs,
      lock_timeout: lockTimeoutMs,
      // Of a server that stands still, or a network that swallows, nobody hears.
      query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + unheardMs,
      // A stopped process must not hold the locks of its batch for ever: finishing a task waits for them.
      idle_in_transaction_session_timeout: 30_000,
    },
    // A connection that the server ended while it lay in the pool shows only at its next use.
    retry: { max: 1 },
  });
  sequelize.addHook('afterConnect', readBigintsAsNumbers);

  const pooledQuery: PooledQuery = createPooledQuery(sequelize);
  const aside = new pg.Pool({
    ...{ connectionString: options.url, application_name: options.applicationName, max: 1, keepAlive: true },
    ...{ connectionTimeoutMillis: asideMs, query_timeout: asideMs, statement_timeout: asideMs },
  });
  // Its next use opens another one.
  aside.on('error', () => undefined);

  const queryWithin = async <Row extends object>(
    transaction: Transaction,
    sql: string,
    bind: readonly unknown[] = [],
  ): Promise<Row[]> =>
    sequelize.query<Row>(sql, { type: QueryTypes.SELECT, bind: bind.map(storable), transaction });

  // Of Sequelize's kinds of query this is the one that answers the server's count, whatever the statement is.
  const execute = async (
    sql: string,
    bind: readonly unknown[] = [],
    transaction?: Transaction,
  ): Promise<number> =>
    sequelize.query(sql, {
      type: QueryTypes.BULKDELETE,
      bind: bind.map(storable),
      ...(transaction === undefined ? {} : { transaction }),
    });

  /** Who has waited for a connection has so much less for locks, or the two together would be twice the limit. */
  const shortenWait = async (transaction: Transaction, beganAt: number): Promise<void> => {
    const waited = performance.now() - beganAt;
    if (lockTimeoutMs === 0 || waited < waitedMs) return;
    const left = Math.max(leastLockTimeoutMs, Math.round(lockTimeoutMs - waited));
    await queryWithin(transaction, `set local lock_timeout = ${left}`);
  };

  return {
    sequelize,
    query: (sql, bind = []) => pooledQuery(sql, bind),
    prepared: (name, sql, bind = []) => pooledQuery(sql, bind, name),
    execute: (sql, bind) => execute(sql, bind),
    transaction: (work) => {
      const beganAt = performance.now();
      return sequelize.transaction(async (transaction) => {
        await shortenWait(transaction, beganAt);
        return work({
          transaction,
          backend: backendOf(transaction),
          query: (sql, bind) => queryWithin(transaction, sql, bind),
          execute: (sql, bind) => execute(sql, bind, transaction),
        });
      });
    },
    aside: {
      query: async <Row extends object>(sql: string, bind: readonly unknown[] = []) =>
        (await aside.query<Row>(sql, [...bind])).rows,
    },
    poolSize: () => {
      // Sequelize declares its connection manager without the pool that it has.
      const { pool } = sequelize.connectionManager as typeof sequelize.connectionManager & {
        pool: { size: number; available: number; waiting: number };
      };
      return { size: pool.size, available: pool.available, waiting: pool.waiting };
    },
    close: async () => {
      await Promise.all([sequelize.close(), aside.end()]);
    },
  };
}

/** Sequelize declares its transactions without the connection that they have. */
function backendOf(transaction: Transaction): number {
  const { connection } = transaction as Transaction & { connection: { processID: number } };
  return connection.processID;
}

interface PgClient {
  setTypeParser(oid: number, parse: (text: string) => unknown): void;
}

/** Identities and counters stay far below 2^53; as text they would reach JSON as strings. */
function readBigintsAsNumbers(connection: unknown): void {
  (connection as PgClient).setTypeParser(int8Oid, Number);
}

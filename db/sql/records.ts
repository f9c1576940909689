import pg from 'pg';
import {
  ConnectionError,
  DatabaseError,
  QueryTypes,
  Sequelize,
  UniqueConstraintError,
  type Transaction,
} from 'sequelize';
import { inSpan, isRecorded } from '../../platform/tracing/span.ts';
import type { PoolSize } from './clientPool.ts';
import { clientOf } from './client.ts';
import { idleMs, type DatabaseOptions, type Sql } from './connection.ts';
import { addressOf, createLine } from './line.ts';
import { localSettings, timeoutsOf, whyNotThere, type Begun } from './sessionSettings.ts';
import { shortenedLockWait } from './lockWait.ts';
import { storable } from './storable.ts';
import { NoConnectionError } from './unavailable.ts';

/** SQL in the same transaction as what models change; `transaction` is for the models. */
export interface RecordsTransaction extends Sql {
  readonly transaction: Transaction;
}

/** Where admins create and edit plain rows: by Sequelize's models, always in a transaction (decision 0036). */
export interface Records {
  /** For models to be defined on. */
  readonly sequelize: Sequelize;
  /** As a database's; errors are the driver's, too. */
  transaction<T>(work: (tx: RecordsTransaction) => Promise<T>): Promise<T>;
  poolSize(): PoolSize;
  close(): Promise<void>;
}

export function createRecords(options: DatabaseOptions): Records {
  const { url, directUrl, applicationName, maxConnections, line = createLine() } = options;
  const isPooled = directUrl !== undefined;
  const { acquireTimeoutMs = 10_000, lockTimeoutMs = 0 } = options;
  const { connectionString, ...connection } = addressOf(url, applicationName);
  const sequelize = new Sequelize(connectionString, {
    dialect: 'postgres',
    // The least that is supported. Not told, it is asked for over a connection that is opened for it.
    ...{ databaseVersion: '14.0.0' },
    dialectModule: { ...pg, Client: clientOf(url, line) },
    logging: false,
    pool: {
      ...{ max: maxConnections, min: 0, acquire: acquireTimeoutMs, idle: idleMs },
      validate: (client?: object) => client !== undefined && line.isUsable(client),
    },
    define: { underscored: true, timestamps: false },
    dialectOptions: {
      ...{ ...connection, connectionTimeoutMillis: acquireTimeoutMs },
      ...(isPooled
        ? { query_timeout: timeoutsOf(options).query_timeout, clientMinMessages: 'ignore' }
        : timeoutsOf(options)),
    },
    // What it would set for the session, the next client of a pooler would meet.
    ...{ keepDefaultTimezone: isPooled },
  });
  let [open, asked, lent] = [0, 0, 0];
  sequelize.addHook('afterConnect', (client) => {
    open++;
    (client as pg.ClientBase).setTypeParser(pg.types.builtins.INT8, Number);
  });
  sequelize.addHook('beforeDisconnect', () => {
    open--;
  });

  const sqlIn = (transaction: Transaction): Sql => ({
    query: async <Row extends object>(sql: string, bind: readonly unknown[] = []) =>
      sequelize.query<Row>(sql, { type: QueryTypes.SELECT, bind: bind.map(storable), transaction }),
    execute: async (sql, bind = []) => {
      const [, count] = await sequelize.query(sql, {
        ...{ type: QueryTypes.UPDATE, bind: bind.map(storable), transaction },
      });
      return count;
    },
  });

  return {
    sequelize,

    transaction: async (work) => {
      const beganAt = performance.now();
      asked++;
      try {
        return await traced(() =>
          sequelize.transaction(async (transaction) => {
            lent++;
            try {
              const tx = { ...sqlIn(transaction), transaction };
              const begun = isPooled ? await tx.query<Begun>(localSettings(options)) : [];
              const obstacle = whyNotThere(url, begun);
              if (obstacle !== null) throw obstacle;
              const wait = shortenedLockWait(lockTimeoutMs, beganAt);
              if (wait !== null) await tx.execute(wait);
              return await work(tx);
            } finally {
              lent--;
            }
          }),
        );
      } catch (error) {
        const told = ofDriver(error);
        line.hear(told);
        throw told;
      } finally {
        asked--;
      }
    },

    poolSize: () => ({ size: open, available: Math.max(0, open - lent), waiting: asked - lent }),

    close: () => sequelize.close(),
  };
}

/** One span for all of it: the texts that Sequelize makes hold values. */
function traced<T>(transact: () => Promise<T>): Promise<T> {
  if (!isRecorded()) return transact();
  return inSpan('transaction', { kind: 'client', attributes: { 'db.system.name': 'postgresql' } }, transact);
}

/** What the driver said when Sequelize says that something failed: one kind of error for all of SQL. */
function ofDriver(error: unknown): unknown {
  if (error instanceof ConnectionError) return new NoConnectionError(error.parent);
  return error instanceof DatabaseError || error instanceof UniqueConstraintError ? error.parent : error;
}

import pg from 'pg';
import { inSpan, isRecorded } from '../../platform/tracing/span.ts';
import { clientOf } from './client.ts';
import { addressOf, type Line } from './line.ts';
import { sqlStateOf, sqlStates } from './transientErrors.ts';
import { NoConnectionError } from './unavailable.ts';

export interface Statement {
  readonly text: string;
  readonly values?: unknown[];
  /** The server keeps the statement's plan under it, for as long as the connection lasts. */
  readonly name?: string;
  /** Without an answer after that long the connection is given up; default: as the pool says. */
  readonly query_timeout?: number;
}

/** A connection for as long as it is lent. */
export interface Lease {
  /** @throws pg.DatabaseError, what the server says; anything else: the connection is not to be used any more */
  ask<Row extends object>(statement: Statement): Promise<Answer<Row>>;
  /** The number of the server's process at the other end. */
  backend(): Promise<number>;
  readonly isBroken: boolean;
  /** Is not used any more, nor is what else leads there: it is closed when it is given back. @returns why */
  leave(why: Error): Error;
}

interface Answer<Row> {
  readonly rows: Row[];
  /** How many the statement answered or changed. */
  readonly count: number;
}

export interface PoolSize {
  readonly size: number;
  readonly available: number;
  readonly waiting: number;
}

export interface ClientPool {
  lend<T>(work: (lease: Lease) => Promise<T>): Promise<T>;
  size(): PoolSize;
  close(): Promise<void>;
}

export interface ClientPoolOptions extends pg.PoolConfig {
  readonly url: string;
  readonly applicationName: string;
  readonly line: Line;
  /** Each transaction may have another process of the server at the other end. */
  readonly isPooled?: boolean;
}

/** The driver's pool. A connection that broke, or over which nothing is heard, never goes back to it. */
export function createClientPool(options: ClientPoolOptions): ClientPool {
  const { url, applicationName, line, isPooled = false, ...config } = options;
  const pool = new pg.Pool({ ...addressOf(url, applicationName), ...config, Client: clientOf(url, line) });
  const backends = new WeakMap<object, number>();
  // One that ends while it lies in the pool is gone from it by then.
  pool.on('error', () => undefined);

  const take = async (): Promise<pg.PoolClient> => {
    for (;;) {
      const client = await pool.connect().catch((error: unknown) => {
        throw new NoConnectionError(error);
      });
      if (line.isUsable(client)) return client;
      client.release(true);
    }
  };

  return {
    lend: async (work) => {
      const client = await take();
      let isBroken = false;
      const ask = async <Row extends object>(statement: Statement): Promise<Answer<Row>> => {
        try {
          const answers = [await traced(statement, () => client.query<Row>(statement))].flat();
          return {
            rows: answers.length === 1 ? (answers[0]?.rows ?? []) : answers.flatMap(({ rows }) => rows),
            count: answers.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0),
          };
        } catch (error) {
          if (!(error instanceof pg.DatabaseError) || error.severity === 'FATAL') isBroken = true;
          if (sqlStateOf(error) === sqlStates.readOnly) isBroken = true;
          line.hear(error);
          throw error instanceof Error ? Object.assign(error, { sql: statement.text }) : error;
        }
      };
      try {
        return await work({
          ask,
          backend: async () => {
            const known = backends.get(client) ?? (await backendOf(ask));
            if (!isPooled) backends.set(client, known);
            return known;
          },
          get isBroken() {
            return isBroken;
          },
          leave: (why) => {
            isBroken = true;
            line.hear(why);
            return why;
          },
        });
      } finally {
        client.release(isBroken);
      }
    },

    size: () => ({ size: pool.totalCount, available: pool.idleCount, waiting: pool.waitingCount }),

    close: () => pool.end(),
  };
}

/** A span with the statement's text, never with its values; nothing at all outside of a trace. */
function traced<T>({ text }: Statement, ask: () => Promise<T>): Promise<T> {
  if (!isRecorded()) return ask();
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text };
  return inSpan(/^\s*(\w+)/.exec(text)?.[1] ?? 'statement', { kind: 'client', attributes }, ask);
}

async function backendOf(ask: Lease['ask']): Promise<number> {
  const { rows } = await ask<{ pid: number }>({ text: 'select pg_backend_pid() pid' });
  if (rows[0] === undefined) throw new Error('the server did not say who it is');
  return rows[0].pid;
}

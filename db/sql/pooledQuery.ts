import type { QueryResult } from 'pg';
import { DatabaseError, type Sequelize } from 'sequelize';
import { storable } from './storable.ts';

interface PgClient {
  query(statement: { name?: string; text: string; values?: unknown[] }): Promise<QueryResult | QueryResult[]>;
  /** Sequelize's word for one that its pool must not hand out again. */
  _invalid?: boolean;
}

/** @param name the server keeps the statement's plan under it, for as long as the connection lasts */
export type PooledQuery = <Row extends object>(
  text: string,
  binds: readonly unknown[],
  name?: string,
) => Promise<Row[]>;

/**
 * One statement on a connection of Sequelize's pool, without Sequelize's own way to it: that takes half as long again
 * as the driver, and cannot prepare. Errors are those of `sequelize.query`.
 */
export function createPooledQuery(sequelize: Sequelize): PooledQuery {
  const { connectionManager } = sequelize;
  return async <Row extends object>(text: string, binds: readonly unknown[], name?: string) => {
    const connection = await connectionManager.getConnection({ type: 'read' });
    const client = connection as PgClient;
    // Several statements in one text are understood only without values.
    const statement = { text, ...(binds.length === 0 ? {} : { values: binds.map(storable) }) };
    try {
      const result = await (name === undefined
        ? client.query(statement)
        : client.query({ ...statement, name }).catch((error: unknown) => {
            if (!isOutdated(error)) throw error;
            return client.query(statement);
          }));
      return [result].flat().flatMap(({ rows }) => rows as Row[]);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if ('code' in error && error.code === 'ECONNRESET') client._invalid = true;
      throw new DatabaseError(Object.assign(error, { sql: text }));
    } finally {
      connectionManager.releaseConnection(connection);
    }
  };
}

/** A migration changed what a statement answers after its plan was kept. */
function isOutdated(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '0A000';
}

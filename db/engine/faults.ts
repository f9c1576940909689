import pg from 'pg';
import { DomainError, errorTable } from '../../domain/errors.ts';
import type { TaskFailure } from '../../domain/tasks/books.ts';
import { storable } from '../sql/storable.ts';
import { sqlStateOf } from '../sql/transientErrors.ts';

// What a statement's rows are like, what a constraint or a trigger says of them, or that they cannot be read. All other
// codes concern every object alike: rights, a missing table, no space, no connection.
const ofRows = /^(09|22|23|27|38|39|44|54|P0)|^XX00[12]$/;
// A row of ours that is refused is a fault of ours.
const ours = /^(sub)?tasks?(_|$)|^(sample_tombstones|origin_removals|notifications)$/;

/** What is wrong with some of the objects that a statement dealt with, in words; null: something else is wrong. */
export function objectFaultOf(error: unknown): string | null {
  if (!(error instanceof pg.DatabaseError) || !ofRows.test(sqlStateOf(error) ?? '')) return null;
  return error.table !== undefined && ours.test(error.table) ? null : wordsOf(error);
}

/** Why an attempt ended, in words for people: no statement, no value, no stack. */
export function explainFailure(error: unknown): TaskFailure {
  if (error instanceof DomainError) return { error: error.error, detail: error.detail };
  if (error instanceof pg.DatabaseError) {
    return { error: 'attemptFailed', detail: `PostgreSQL says: ${wordsOf(error)}` };
  }
  return { error: 'attemptFailed', detail: error instanceof Error ? error.message : String(error) };
}

function wordsOf(error: pg.DatabaseError): string {
  const state = sqlStateOf(error);
  return `${error.message}${state === null ? '' : ` (${state})`}`;
}

/** A failure as rows keep it and answers show it. */
export function toStoredFailure({ error, detail }: TaskFailure): object {
  const { code, desc } = errorTable[error];
  return { error_code: code, desc, detail: storable(detail) };
}

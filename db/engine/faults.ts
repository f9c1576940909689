import { DatabaseError } from 'sequelize';
import { DomainError } from '../../domain/errors.ts';
import type { TaskFailure } from '../../domain/tasks/books.ts';
import { sqlStateOf } from '../sql/transientErrors.ts';

// What a statement's rows are like, what a constraint or a trigger says of them, or that they cannot be read. All other
// codes concern every object alike: rights, a missing table, no space, no connection.
const ofRows = /^(09|22|23|27|38|39|44|54|P0)|^XX00[12]$/;
// A row of ours that is refused is a fault of ours.
const ours = /^(sub)?tasks?(_|$)|^(sample_tombstones|origin_removals|notifications)$/;

/** What is wrong with some of the objects that a statement dealt with, in words; null: something else is wrong. */
export function objectFaultOf(error: unknown): string | null {
  if (!(error instanceof DatabaseError) || !ofRows.test(sqlStateOf(error) ?? '')) return null;
  const { table } = error.parent as { table?: unknown };
  return typeof table === 'string' && ours.test(table) ? null : wordsOf(error);
}

/** Why an attempt ended, in words for people: no statement, no value, no stack. */
export function explainFailure(error: unknown): TaskFailure {
  if (error instanceof DomainError) return { error: error.error, detail: error.detail };
  if (error instanceof DatabaseError) {
    return { error: 'attemptFailed', detail: `PostgreSQL says: ${wordsOf(error)}` };
  }
  return { error: 'attemptFailed', detail: error instanceof Error ? error.message : String(error) };
}

function wordsOf(error: DatabaseError): string {
  const state = sqlStateOf(error);
  return `${error.parent.message}${state === null ? '' : ` (${state})`}`;
}

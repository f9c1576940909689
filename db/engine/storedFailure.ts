import { errorTable } from '../../domain/errors.ts';
import type { TaskFailure } from '../../domain/tasks/books.ts';
import { storable } from '../sql/storable.ts';

/** A failure as rows keep it and answers show it. */
export function toStoredFailure({ error, detail }: TaskFailure): object {
  const { code, desc } = errorTable[error];
  return { error_code: code, desc, detail: storable(detail) };
}

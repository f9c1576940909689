import { errorTable, type ErrorEntry } from '../../../domain/errors.ts';
import type { PageHead } from '../../layout.ts';

export interface ErrorCodesPage {
  readonly head: PageHead;
  readonly codes: readonly ErrorEntry[];
}

/** Every code that the service can answer or write into a task's errors; the links of errors lead here. */
export function errorCodesPage(): ErrorCodesPage {
  const codes = Object.values<ErrorEntry>(errorTable).toSorted((a, b) => a.code - b.code);
  return { head: { title: 'Error codes', section: null }, codes };
}

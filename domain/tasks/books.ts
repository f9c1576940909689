import type { ErrorName } from '../errors.ts';

/** Why a task or a part failed, as stored and shown. */
export interface TaskFailure {
  readonly error: ErrorName;
  readonly detail: string;
}

/** Sums over a task's parts, and what its other tables hold. */
export interface Books {
  readonly parts: number;
  readonly partsDone: number;
  readonly expected: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Objects with an error that was not overcome. */
  readonly openErrors: number;
  /** Objects named by the stored result; null: results are not stored. */
  readonly inResult: number | null;
}

/** What does not add up at the end of a task; empty when every object is accounted for once. */
export function findImbalances(books: Books): string[] {
  const faults: string[] = [];
  const accounted = books.done + books.failed + books.skipped;
  if (books.partsDone !== books.parts) faults.push(`${books.partsDone} of ${books.parts} subtasks are done`);
  if (accounted !== books.expected)
    faults.push(`${accounted} of ${books.expected} objects are accounted for`);
  if (books.openErrors !== books.failed) {
    faults.push(`${books.failed} objects failed, but ${books.openErrors} errors are open`);
  }
  if (books.inResult !== null && books.inResult !== books.done) {
    faults.push(`${books.done} objects are done, but the result names ${books.inResult}`);
  }
  return faults;
}

const leastForBudget = 1_000;
export const defaultErrorBudget = 0.2;

/** Whether so many objects failed that going on makes no sense: over the budget's share of at least 1,000 objects. */
export function isOverErrorBudget(
  sums: Pick<Books, 'done' | 'failed' | 'skipped'>,
  budget: number | null,
): boolean {
  const seen = sums.done + sums.failed + sums.skipped;
  return seen >= leastForBudget && sums.failed > seen * (budget ?? defaultErrorBudget);
}

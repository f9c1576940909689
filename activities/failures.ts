import { ApplicationFailure } from '@temporalio/common';
import { DomainError, errorTable, type ErrorName } from '../domain/errors.ts';
import type { TaskFailure } from '../domain/tasks/books.ts';

/** Errors of our own making that no list names are tried this often; those of a database or a disk for ever. */
const attemptsOfUnknown = 20;

// Looking again is cheap, and only a part that looks again sees a pause.
const lookAgainMs = 2_000;

/**
 * The one place where an error of an activity becomes Temporal's. Its first detail is the text for people. What
 * DomainError calls not retryable ends the part; everything else is tried again, because servers come back.
 */
export function toFailure(error: unknown, attempt: number): unknown {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof DomainError) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.error,
      details: [error.detail],
      nonRetryable: !error.entry.retryable || endsTask.has(error.error),
      ...(awaited.has(error.error) ? { nextRetryDelay: lookAgainMs } : {}),
      cause: error,
    });
  }
  if (isBug(error) && attempt >= attemptsOfUnknown) {
    return ApplicationFailure.nonRetryable(
      String(error),
      'partFailed',
      `${String(error)} (${attempt} attempts)`,
    );
  }
  return error;
}

/** Nothing is wrong with the objects: what they need is away, or held by somebody, and comes back. */
const awaited = new Set<ErrorName>(['extractorUnavailable', 'sampleStoreUnavailable', 'lockHeld']);

const endsTask = new Set<ErrorName>(['errorBudgetSpent', 'booksUnbalanced']);

/** Whether trying again is hopeless, and why, in the words of the error table. */
export function finalFailureOf(failure: unknown): TaskFailure | null {
  if (!(failure instanceof ApplicationFailure) || failure.nonRetryable !== true) return null;
  const type = failure.type ?? '';
  const error = type in errorTable ? (type as ErrorName) : 'partFailed';
  const [detail] = failure.details ?? [];
  return { error, detail: typeof detail === 'string' ? detail : failure.message };
}

function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

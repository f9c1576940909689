import { ApplicationFailure, rootCause } from '@temporalio/workflow';
import type { ErrorName } from '../domain/errors.ts';
import type { TaskFailure } from '../domain/tasks/books.ts';

/** Why a task failed, in the words of the error table, from whatever reached the workflow. */
export function failureOf(error: unknown): TaskFailure {
  const cause = deepestApplicationFailure(error);
  if (cause?.type !== undefined && cause.type !== null && typeof cause.details?.[0] === 'string') {
    return { error: cause.type as ErrorName, detail: cause.details[0] };
  }
  return { error: 'workflowFailed', detail: rootCause(error) ?? 'unknown reason' };
}

function deepestApplicationFailure(error: unknown): ApplicationFailure | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure) return at;
  }
  return undefined;
}

import { ApplicationFailure, rootCause } from '@temporalio/workflow';
import type { ErrorName } from '../domain/errors.ts';

/** Why something failed, in the words of the error table, from whatever reached the workflow; else by that name. */
export function failureOf(error: unknown, other: ErrorName): { error: ErrorName; detail: string } {
  const cause = deepestApplicationFailure(error);
  if (cause?.type !== undefined && cause.type !== null && typeof cause.details?.[0] === 'string') {
    return { error: cause.type as ErrorName, detail: cause.details[0] };
  }
  return { error: other, detail: rootCause(error) ?? 'unknown reason' };
}

function deepestApplicationFailure(error: unknown): ApplicationFailure | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure) return at;
  }
  return undefined;
}

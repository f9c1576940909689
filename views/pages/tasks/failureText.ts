import { errorTable } from '../../../domain/errors.ts';
import { errorAdvice } from '../documents/errorAdvice.ts';

/** Why a task failed, in one line; null: it did not. */
export function failureText(failure: object | null): string | null {
  if (failure === null) return null;
  const { desc, detail } = failure as { desc?: unknown; detail?: unknown };
  const words = [desc, detail].filter((part) => typeof part === 'string' && part !== '');
  return words.length === 0 ? JSON.stringify(failure) : words.join(': ');
}

/** What can be done about it, where that is known. */
export function failureAdvice(failure: object | null): string | null {
  const { error_code } = (failure ?? {}) as { error_code?: unknown };
  if (error_code !== errorTable.errorBudgetSpent.code) return null;
  return errorAdvice.errorBudgetSpent;
}

import { errorOfCode, errorTable } from '../../../domain/errors.ts';
import { paths } from '../../paths.ts';
import { errorAdvice } from '../documents/errorAdvice.ts';

export interface FailureAdvice {
  readonly words: string;
  readonly code: number;
  /** Where the code is explained. */
  readonly href: string;
}

/** Why a task failed, in one line; null: it did not. */
export function failureText(failure: object | null): string | null {
  if (failure === null) return null;
  const { desc, detail } = failure as { desc?: unknown; detail?: unknown };
  const words = [desc, detail].filter((part) => typeof part === 'string' && part !== '');
  return words.length === 0 ? JSON.stringify(failure) : words.join(': ');
}

/** What can be done at about it; null: of a code that this version does not know. */
export function failureAdvice(failure: object | null): FailureAdvice | null {
  const { error_code } = (failure ?? {}) as { error_code?: unknown };
  const name = errorOfCode(error_code);
  if (name === undefined) return null;
  const { code } = errorTable[name];
  return { words: errorAdvice[name], code, href: paths.errorCode(code) };
}

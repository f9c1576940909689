import { errorTable, type DomainError, type ErrorEntry } from '../../domain/errors.ts';

export interface ErrorJson {
  readonly error_code: number;
  readonly desc: string;
  readonly detail: string;
  readonly link: string;
}

export function presentError({ entry, detail }: DomainError): ErrorJson {
  return toJson(entry, detail);
}

/** All that a client learns of an error that nobody foresaw; the id stands in the log. */
export function presentInternalError(errorId: string): ErrorJson {
  return toJson(errorTable.internal, `error id ${errorId}`);
}

function toJson({ code, desc }: ErrorEntry, detail: string): ErrorJson {
  return { error_code: code, desc, detail, link: `/docs/errors#${code}` };
}

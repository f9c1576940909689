import { formatCount } from '../../assets/words.js';
import { paths } from '../../paths.ts';

/** Why objects have no new descriptor, the most frequent reason first. */
export interface ErrorTable {
  readonly caption: string;
  readonly rows: readonly ErrorRow[];
}

interface ErrorRow {
  readonly text: string;
  /** The list of all of them; null: there is none. */
  readonly href: string | null;
  readonly code: string;
  readonly codeHref: string;
  readonly count: string;
  readonly detail: string;
  /** The object that the detail is about; null: it is about none. */
  readonly object: { readonly id: string; readonly href: string } | null;
}

export interface TellableError {
  readonly text: string;
  readonly href: string | null;
  readonly code: number;
  readonly count: number;
  readonly objectType: string;
  readonly objectId: string | null;
  readonly detail: string;
}

export function errorRow({ code, count, objectType, objectId, ...told }: TellableError): ErrorRow {
  const { text, href, detail } = told;
  return {
    ...{ text, href, detail },
    code: String(code),
    codeHref: paths.errorCode(code),
    count: formatCount(count),
    object:
      objectId === null
        ? null
        : { id: objectId, href: objectType === 'event' ? paths.event(objectId) : paths.face(objectId) },
  };
}

import { errorTable, type ErrorEntry, type ErrorName } from '../../../domain/errors.ts';
import type { PageHead } from '../../layout.ts';
import { documentLinks, type DocumentLink } from './documentLinks.ts';
import { errorAdvice } from './errorAdvice.ts';

interface ErrorGroup {
  readonly id: string;
  readonly title: string;
  readonly hasStatus: boolean;
  readonly codes: readonly (ErrorEntry & { readonly advice: string })[];
}

export interface ErrorCodesPage {
  readonly head: PageHead;
  readonly documents: readonly DocumentLink[];
  readonly groups: readonly ErrorGroup[];
}

const firstOfObjects = 28_100;
const firstOfTasks = 28_110;

/** Every code that the service can answer or write into a task's errors; the links of errors lead here. */
export function errorCodesPage(): ErrorCodesPage {
  const codes = (Object.entries(errorTable) as [ErrorName, ErrorEntry][])
    .map(([name, entry]) => ({ ...entry, advice: errorAdvice[name] }))
    .toSorted((a, b) => a.code - b.code);
  const between = (from: number, to: number) => codes.filter(({ code }) => code >= from && code < to);
  return {
    head: { title: 'Error codes', section: null },
    documents: documentLinks('errors'),
    groups: [
      {
        id: 'tasks',
        title: 'Why a task failed',
        hasStatus: false,
        codes: between(firstOfTasks, Infinity),
      },
      {
        id: 'objects',
        title: 'Errors of a task, one per object',
        hasStatus: false,
        codes: between(firstOfObjects, firstOfTasks),
      },
      { id: 'answers', title: 'Answers of the API', hasStatus: true, codes: between(0, firstOfObjects) },
    ],
  };
}

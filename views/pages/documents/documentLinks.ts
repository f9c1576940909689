import { paths } from '../../paths.ts';

export interface DocumentLink {
  readonly text: string;
  readonly href: string;
  readonly current: boolean;
}

/** From each document to the others, and to the console, which a document knows nothing of. */
export function documentLinks(current: 'manual' | 'reference' | 'errors' | 'search'): DocumentLink[] {
  return [
    { text: 'Console', href: paths.home, current: false },
    { text: 'Reference', href: paths.apiReference, current: current === 'reference' },
    { text: 'Errors', href: paths.errorReference, current: current === 'errors' },
    { text: 'Manual', href: paths.manual, current: current === 'manual' },
    { text: 'Search', href: paths.searchDocuments(), current: current === 'search' },
  ];
}

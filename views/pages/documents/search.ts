import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import type { SearchBox } from '../../components/searchBox/searchBox.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import { documentLinks, type DocumentLink } from './documentLinks.ts';

interface SearchInput {
  readonly text: string;
  readonly hits: readonly {
    readonly href: string;
    readonly place: string;
    readonly title: string;
    readonly excerpt: readonly { readonly text: string; readonly isFound: boolean }[];
  }[];
  /** Whether these are only the best. */
  readonly hasMore: boolean;
}

export interface DocumentSearchPage extends Pick<SearchInput, 'hits'> {
  readonly head: PageHead;
  readonly documents: readonly DocumentLink[];
  readonly box: SearchBox;
  /** null: nobody has looked for anything yet. */
  readonly found: string | null;
  readonly empty: EmptyState | null;
}

export function documentSearchPage({ text, hits, hasMore }: SearchInput): DocumentSearchPage {
  return {
    head: { title: text === '' ? 'Search the documents' : `${text} in the documents`, section: null },
    documents: documentLinks('search'),
    box: {
      label: 'Search the documents',
      action: paths.searchDocuments(),
      value: text,
    },
    hits,
    found: hits.length === 0 ? null : hasMore ? `The best ${hits.length} places` : countOf(hits.length),
    empty:
      text === '' || hits.length > 0
        ? null
        : { title: 'Nothing found', text: 'Try fewer or other words.', action: null },
  };
}

function countOf(count: number): string {
  return count === 1 ? '1 place' : `${count} places`;
}

import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import type { SearchBox } from '../../components/searchBox/searchBox.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import { searchOf } from './searchOf.ts';

export interface SearchInput {
  /** As it was typed. */
  readonly text: string;
  readonly hits: readonly SearchHit[];
  /** Of each kind at most so many are looked for. */
  readonly limit: number;
}

export interface SearchHit {
  readonly kind: 'account' | 'list' | 'face' | 'event';
  readonly id: string;
  /** Empty: it has none. */
  readonly name: string;
}

export interface SearchPage {
  readonly head: PageHead;
  readonly search: SearchBox;
  readonly rows: readonly {
    readonly kind: string;
    readonly name: string;
    readonly id: string;
    readonly href: string;
  }[];
  /** Said where there may be more; null: this is all. */
  readonly note: string | null;
  /** null: nothing was looked for yet. */
  readonly empty: EmptyState | null;
  readonly accounts: string;
}

const kindNames = { account: 'Account', list: 'List', face: 'Face', event: 'Event' } as const;

export function searchPage({ text, hits, limit }: SearchInput): SearchPage {
  return {
    head: { title: 'Search', section: 'accounts' },
    search: searchOf(text),
    rows: hits.map((hit) => ({
      kind: kindNames[hit.kind],
      name: hit.name || hit.id,
      id: hit.id,
      href: hrefOf(hit),
    })),
    note: hits.length < limit ? null : `Of each kind the first ${limit} at most.`,
    empty:
      text === ''
        ? null
        : {
            title: 'Nothing found',
            text: `No account, list, face or event is known by “${text}”. Accounts and lists are found by a part of their name, everything else by the whole id.`,
            action: { text: 'Show all accounts', href: paths.accounts() },
          },
    accounts: paths.accounts(),
  };
}

/** Where what was found has its page. */
export function hrefOf({ kind, id }: Pick<SearchHit, 'kind' | 'id'>): string {
  return paths[kind](id);
}

import { formatCount } from '../../assets/words.js';
import { pager, type Pager } from '../../components/pager/pager.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { ListShape } from '../../shapes.ts';
import { listRow, type ListRow } from './listRow.ts';

export interface ListsInput {
  readonly account: { readonly account_id: string; readonly login: string };
  readonly lists: readonly ListShape[];
  readonly count: number;
  readonly page: number;
  readonly pageSize: number;
}

export interface ListsPage {
  readonly head: PageHead;
  readonly login: string;
  readonly count: string;
  readonly rows: readonly ListRow[];
  readonly pager: Pager | null;
  readonly links: { readonly accounts: string; readonly account: string };
}

export function listsPage({ account, lists, count, page, pageSize }: ListsInput): ListsPage {
  return {
    head: { title: `Lists of ${account.login}`, section: 'accounts' },
    login: account.login,
    count: formatCount(count),
    rows: lists.map(listRow),
    pager: pager({
      things: 'lists',
      page,
      pageSize,
      shown: lists.length,
      count,
      href: (other) => paths.accountLists(account.account_id, { page: other }),
    }),
    links: { accounts: paths.accounts(), account: paths.account(account.account_id) },
  };
}

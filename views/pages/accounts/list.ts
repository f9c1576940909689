import { formatCount } from '../../assets/words.js';
import { pager, type Pager } from '../../components/pager/pager.ts';
import type { SearchBox } from '../../components/searchBox/searchBox.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { AccountShape } from '../../shapes.ts';
import { accountRow, type AccountRow } from './accountRow.ts';

export interface AccountsInput {
  readonly accounts: readonly AccountShape[];
  /** Of those that are looked for. */
  readonly count: number;
  readonly countByType: Readonly<Record<string, number>>;
  /** Empty: all. */
  readonly search: string;
  readonly type: string;
  readonly page: number;
  readonly pageSize: number;
}

export interface AccountsPage {
  readonly head: PageHead;
  readonly search: SearchBox;
  readonly types: readonly {
    readonly text: string;
    readonly count: string;
    readonly href: string;
    readonly current: boolean;
  }[];
  readonly rows: readonly AccountRow[];
  /** Said when there are no rows. */
  readonly empty: string;
  readonly pager: Pager | null;
  readonly newAccount: string;
}

const typeLinks = [
  ['', 'All'],
  ['admin', 'Administrators'],
  ['advanced_user', 'Advanced users'],
  ['user', 'Users'],
] as const;

export function accountsPage(input: AccountsInput): AccountsPage {
  const { search: q, type, countByType } = input;
  const all = Object.values(countByType).reduce((sum, count) => sum + count, 0);
  return {
    head: { title: 'Accounts', section: 'accounts' },
    search: {
      label: 'Search accounts',
      action: paths.accounts(),
      value: q,
    },
    types: typeLinks.map(([value, text]) => ({
      text,
      count: formatCount(value === '' ? all : (countByType[value] ?? 0)),
      href: paths.accounts({ q, type: value }),
      current: value === type,
    })),
    rows: input.accounts.map(accountRow),
    empty: q === '' && type === '' ? 'No account on this page.' : 'No account matches.',
    pager: pager({
      things: 'accounts',
      page: input.page,
      pageSize: input.pageSize,
      shown: input.accounts.length,
      count: input.count,
      href: (page) => paths.accounts({ q, type, page }),
    }),
    newAccount: paths.newAccount,
  };
}

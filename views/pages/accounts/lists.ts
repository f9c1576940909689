import { formatCount } from '../../assets/words.js';
import { pager, type Pager } from '../../components/pager/pager.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { AccountShape } from '../../shapes.ts';

interface ListShape {
  readonly list_id: string;
  readonly last_update_time: string;
  readonly face_count: number;
  readonly user_data: string;
}

export interface AccountListsInput {
  readonly account: AccountShape;
  readonly lists: readonly ListShape[];
  readonly count: number;
  readonly page: number;
  readonly pageSize: number;
}

export interface AccountListsPage {
  readonly head: PageHead;
  readonly login: string;
  readonly account: string;
  readonly accounts: string;
  readonly rows: readonly {
    readonly id: string;
    readonly userData: string;
    readonly faces: string;
    readonly updated: Time;
  }[];
  readonly pager: Pager | null;
}

export function accountListsPage({ account, lists, ...paging }: AccountListsInput): AccountListsPage {
  return {
    head: { title: `Lists of ${account.login}`, section: 'accounts' },
    login: account.login,
    account: paths.account(account.account_id),
    accounts: paths.accounts(),
    rows: lists.map((list) => ({
      id: list.list_id,
      userData: list.user_data,
      faces: formatCount(list.face_count),
      updated: time(list.last_update_time),
    })),
    pager: pager({
      ...paging,
      things: 'lists',
      shown: lists.length,
      href: (page) => paths.accountLists(account.account_id, page),
    }),
  };
}

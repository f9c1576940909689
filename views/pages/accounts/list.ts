import { formatCount } from '../../assets/words.js';
import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import {
  nothingTyped,
  selectField,
  textField,
  type Field,
  type Typed,
} from '../../components/field/field.ts';
import { pager, type Pager } from '../../components/pager/pager.ts';
import type { SearchBox } from '../../components/searchBox/searchBox.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { AccountShape } from '../../shapes.ts';
import { searchOf } from '../search/searchOf.ts';
import { accountRow, accountTypeName, type AccountRow } from './accountRow.ts';

export interface AccountsInput {
  readonly accounts: readonly AccountShape[];
  readonly count: number;
  readonly page: number;
  readonly pageSize: number;
  readonly typed?: Typed;
}

export interface AccountsPage {
  readonly head: PageHead;
  readonly search: SearchBox;
  readonly rows: readonly AccountRow[];
  readonly count: string;
  readonly pager: Pager | null;
  readonly form: {
    readonly action: string;
    readonly open: boolean;
    readonly summary: ErrorSummary | null;
    readonly fields: readonly Field[];
  };
}

export function accountsPage(input: AccountsInput): AccountsPage {
  const typed = input.typed ?? nothingTyped;
  const fields = accountFields(typed);
  return {
    head: { title: 'Accounts', section: 'accounts' },
    search: searchOf(''),
    rows: input.accounts.map(accountRow),
    count: input.count === 1 ? '1 account' : `${formatCount(input.count)} accounts`,
    pager: pager({
      things: 'accounts',
      page: input.page,
      pageSize: input.pageSize,
      shown: input.accounts.length,
      count: input.count,
      href: (page) => paths.accounts({ page }),
    }),
    form: {
      action: paths.accounts(),
      open: input.typed !== undefined,
      summary: errorSummary(typed, fields),
      fields,
    },
  };
}

function accountFields(typed: Typed): Field[] {
  return [
    textField(typed, 'login', 'Login', {
      required: true,
      hint: 'An e-mail address in lower case.',
      maxlength: 128,
    }),
    textField(typed, 'password', 'Password', {
      kind: 'password',
      required: true,
      hint: '3 to 128 characters.',
      autocomplete: 'new-password',
      maxlength: 128,
    }),
    selectField(typed, 'account_type', 'Type', {
      options: ['advanced_user', 'user', 'admin'].map((value) => ({ value, text: accountTypeName(value) })),
      initial: 'advanced_user',
      hint: 'Only administrators can use this service.',
    }),
    textField(typed, 'description', 'Description', { maxlength: 128 }),
  ];
}

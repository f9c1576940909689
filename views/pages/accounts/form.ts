import type { Conflict } from '../../components/conflict/conflict.ts';
import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import {
  nothingTyped,
  selectField,
  textField,
  type Field,
  type Typed,
} from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { AccountShape, AuditEntryShape } from '../../shapes.ts';
import { auditRow } from '../audit/auditRow.ts';
import { accountTypeName, roleNames } from './accountRow.ts';
import { roles } from '../../../domain/accounts/permission.ts';

export interface AccountFormInput {
  /** Absent: a new one. */
  readonly account?: AccountShape;
  /** Whose account it is: their own password is changed elsewhere, with the present session kept. */
  readonly isOneself: boolean;
  readonly typed?: Typed | undefined;
  /** The state of the account that the form stands for. */
  readonly revision?: string;
  /** What was done to it since the form was read; a form with it was not saved. */
  readonly meanwhile?: readonly AuditEntryShape[];
}

export interface AccountFormPage {
  readonly head: PageHead;
  readonly title: string;
  /** null: it does not exist yet. */
  readonly login: string | null;
  readonly summary: ErrorSummary | null;
  readonly fields: readonly Field[];
  readonly ownPassword: string | null;
  /** null: it does not exist yet. */
  readonly revision: string | null;
  /** Why it was not saved. */
  readonly conflict: Conflict | null;
  readonly action: string;
  readonly button: string;
  readonly cancel: string;
  readonly accounts: string;
}

export function accountFormPage(input: AccountFormInput): AccountFormPage {
  const { account, isOneself, typed: sent, revision = null, meanwhile } = input;
  const typed = sent ?? (account === undefined ? nothingTyped : { values: valuesOf(account), faults: {} });
  const isNew = account === undefined;
  const fields = [
    ...(isNew ? [loginField(typed)] : []),
    ...(isOneself ? [] : [passwordField(typed, isNew)]),
    selectField(typed, 'account_type', 'Type', {
      options: ['admin', 'advanced_user', 'user'].map((value) => ({ value, text: accountTypeName(value) })),
      initial: 'admin',
      hint: 'Only administrators can log in here.',
    }),
    selectField(typed, 'role', 'Role', {
      options: roles.map((value) => ({ value, text: roleNames[value] })),
      initial: 'admin',
      hint: 'What an administrator may do here. Another role ends all sessions of the account.',
    }),
    selectField(typed, 'sees_pictures', 'Pictures of people', {
      options: [
        { value: 'no', text: 'Hidden from viewers' },
        { value: 'yes', text: 'Shown to viewers too' },
      ],
      initial: 'no',
    }),
    textField(typed, 'description', 'Description', { maxlength: 128 }),
  ];
  const action = isNew ? paths.newAccount : paths.editAccount(account.account_id);
  const title = isNew ? 'New account' : 'Edit account';
  return {
    head: { title, section: 'accounts' },
    title,
    login: account?.login ?? null,
    summary: errorSummary(typed, fields),
    fields,
    ownPassword: isOneself ? paths.password : null,
    action,
    revision,
    conflict:
      meanwhile === undefined ? null : { thing: 'account', acts: meanwhile.map(auditRow), href: action },
    button: isNew ? 'Create account' : 'Save',
    cancel: isNew ? paths.accounts() : paths.account(account.account_id),
    accounts: paths.accounts(),
  };
}

function valuesOf({ sees_pictures, ...account }: AccountShape): Record<string, string> {
  return { ...account, sees_pictures: sees_pictures ? 'yes' : 'no' };
}

function loginField(typed: Typed): Field {
  return textField(typed, 'login', 'Login', {
    required: true,
    hint: 'An e-mail address in lower case.',
    maxlength: 128,
    isFirst: true,
  });
}

function passwordField(typed: Typed, isNew: boolean): Field {
  return textField(typed, 'password', isNew ? 'Password' : 'New password', {
    kind: 'password',
    required: isNew,
    hint: isNew
      ? '3 to 128 characters.'
      : '3 to 128 characters. Changing it ends all sessions of the account.',
    autocomplete: 'new-password',
    maxlength: 128,
  });
}

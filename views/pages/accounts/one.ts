import { formatCount } from '../../assets/words.js';
import type { Confirm } from '../../components/confirm/confirm.ts';
import { fact, idFact, type Fact } from '../../components/facts/facts.ts';
import { faceGrid, type FaceGrid } from '../../components/faceGrid/faceGrid.ts';
import { textField } from '../../components/field/field.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { ApiTokenShape, AccountShape, AccountStatsShape, ListShape } from '../../shapes.ts';
import type { FaceCardsShape } from '../faces/faceShapes.ts';
import { tokenRow, type TokenRow } from '../account/tokens.ts';
import { typeAndRole } from './accountRow.ts';
import { listRow, type ListRow } from './listRow.ts';

export interface AccountInput {
  readonly account: AccountShape;
  readonly stats: AccountStatsShape;
  /** Those that changed last. */
  readonly lists: readonly ListShape[];
  readonly faces: FaceCardsShape;
  /** Empty for who does not administer accounts. */
  readonly tokens: readonly ApiTokenShape[];
  readonly now: Date;
  /** A removal of the second factor came without a reason. */
  readonly isReasonMissing: boolean;
}

interface PasswordState {
  readonly text: string;
  /** null: it does not expire. */
  readonly end: Time | null;
}

export interface AccountPage {
  readonly head: PageHead;
  readonly login: string;
  readonly facts: readonly Fact[];
  /** null: its owner has chosen it, or the account cannot log in here. */
  readonly password: PasswordState | null;
  readonly created: Time;
  readonly updated: Time;
  readonly figures: readonly { readonly name: string; readonly value: string }[];
  readonly edit: string;
  readonly sessions: string;
  /** null: it is disabled, or enabled. */
  readonly disable: Confirm | null;
  readonly enable: string | null;
  readonly resetPassword: Confirm;
  /** null: there is none. */
  readonly removeSecondFactor: Confirm | null;
  readonly remove: Confirm;
  readonly tokens: readonly TokenRow[];
  readonly lists: readonly ListRow[];
  readonly listCount: string;
  /** null: all of them are shown. */
  readonly moreLists: string | null;
  readonly faces: FaceGrid;
  readonly faceCount: string;
  readonly listsHref: string;
  readonly accounts: string;
}

export function accountPage(input: AccountInput): AccountPage {
  const { account, stats, lists, faces, tokens, now } = input;
  return {
    head: { title: account.login, section: 'accounts' },
    login: account.login,
    facts: [
      fact('Type', typeAndRole(account)),
      fact('Second factor', account.has_second_factor ? 'Yes' : 'No'),
      fact('Description', account.description === '' ? '–' : account.description),
      idFact('Id', account.account_id),
    ],
    password: passwordState(account, now),
    created: time(account.create_time),
    updated: time(account.last_update_time),
    figures: [
      { name: 'Lists', value: formatCount(stats.list_count) },
      { name: 'Faces', value: formatCount(stats.face_count) },
      { name: 'Faces with attributes', value: formatCount(stats.face_attribute_count) },
    ],
    edit: paths.editAccount(account.account_id),
    sessions: paths.accountSessions(account.account_id),
    disable: account.disabled
      ? null
      : {
          text: 'Disable…',
          consequence:
            'The account cannot be used until it is enabled again: its sessions end, and its password and API tokens are refused.',
          action: paths.disableAccount(account.account_id),
          button: 'Disable account',
        },
    enable: account.disabled ? paths.enableAccount(account.account_id) : null,
    removeSecondFactor: account.has_second_factor
      ? {
          text: 'Remove second factor…',
          consequence:
            'Removes the authenticator app, the passkeys and the recovery codes of the account, whose owner has lost them. Its sessions end, and its password is enough again.',
          action: paths.removeSecondFactor(account.account_id),
          button: 'Remove second factor',
          leave: paths.account(account.account_id),
          field: textField(
            { values: {}, faults: input.isReasonMissing ? { reason: 'Enter a reason.' } : {} },
            'reason',
            'Reason',
            {
              ...{ required: true, isFirst: true, maxlength: 1_000 },
              hint: 'How you made sure that the owner asks for it. It is kept in the audit.',
            },
          ),
        }
      : null,
    resetPassword: {
      text: 'Reset password…',
      consequence:
        'Sets a new password, which is shown once, expires after 72 hours and must be changed at the first log-in. The sessions of the account end.',
      action: paths.resetPassword(account.account_id),
      button: 'Reset password',
    },
    remove: {
      text: 'Remove…',
      consequence:
        'Deletes the account, its lists and its sessions. Its faces and events stay until a garbage collection removes them.',
      action: paths.removeAccount(account.account_id),
      button: 'Delete account',
    },
    tokens: tokens.map((token) =>
      tokenRow(token, now, (tokenId) => paths.revokeTokenOf(account.account_id, tokenId)),
    ),
    lists: lists.map(listRow),
    listCount: formatCount(stats.list_count),
    moreLists: stats.list_count > lists.length ? `All ${formatCount(stats.list_count)} lists` : null,
    faces: faceGrid(faces, (place) => paths.account(account.account_id, place)),
    faceCount: formatCount(stats.face_count),
    listsHref: paths.accountLists(account.account_id),
    accounts: paths.accounts(),
  };
}

function passwordState(
  { account_type, must_change_password, password_expire_time: end }: AccountShape,
  now: Date,
): PasswordState | null {
  if (account_type !== 'admin' || !must_change_password) return null;
  if (end === null) return { text: 'Temporary: must be changed at the first log-in', end: null };
  const isExpired = Date.parse(end) <= now.getTime();
  return { text: isExpired ? 'Temporary, expired' : 'Temporary, expires', end: time(end) };
}

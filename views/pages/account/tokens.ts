import { permissionsOf, roles, type Permissions } from '../../../domain/accounts/permission.ts';
import type { Confirm } from '../../components/confirm/confirm.ts';
import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import {
  nothingTyped,
  selectField,
  textField,
  type Field,
  type Typed,
} from '../../components/field/field.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { ApiTokenShape } from '../../shapes.ts';
import { roleNames } from '../accounts/accountRow.ts';

export interface TokensInput {
  readonly tokens: readonly ApiTokenShape[];
  readonly permissions: Permissions;
  readonly now: Date;
  readonly origin: string;
  /** Just made: it is shown this once. */
  readonly made?: string;
  readonly typed?: Typed;
}

export interface TokenRow {
  readonly name: string;
  readonly role: string;
  readonly limits: readonly string[];
  readonly state: string;
  readonly end: Time;
  readonly lastUse: Time | null;
  readonly lastAddress: string | null;
  /** null: it has ended. */
  readonly revoke: Confirm | null;
}

export interface TokensPage {
  readonly head: PageHead;
  readonly tokens: readonly TokenRow[];
  readonly made: { readonly token: string; readonly curl: string } | null;
  readonly summary: ErrorSummary | null;
  readonly fields: readonly Field[];
  readonly action: string;
  readonly ownAccount: string;
  readonly apiReference: string;
}

export function tokensPage({
  tokens,
  permissions,
  now,
  origin,
  made,
  typed = nothingTyped,
}: TokensInput): TokensPage {
  const fields = fieldsOf(typed, permissions);
  return {
    head: { title: 'API tokens', section: null },
    tokens: tokens.map((token) => tokenRow(token, now, (id) => paths.revokeToken(id))),
    made:
      made === undefined
        ? null
        : { token: made, curl: `curl -H 'Authorization: Bearer ${made}' ${origin}/4/login` },
    summary: errorSummary(typed, fields),
    fields,
    action: paths.tokens,
    ownAccount: paths.ownAccount,
    apiReference: paths.apiReference,
  };
}

export function tokenRow(token: ApiTokenShape, now: Date, revokePath: (tokenId: string) => string): TokenRow {
  const isExpired = new Date(token.expire_time) <= now;
  const isOver = token.revoke_time !== null || isExpired;
  return {
    name: token.name,
    role: roleNames[token.role],
    limits: [
      ...(token.operations === null ? [] : [`Only ${token.operations.join(', ')}`]),
      ...(token.networks === null ? [] : [`Only from ${token.networks.join(', ')}`]),
    ],
    state: token.revoke_time !== null ? 'Revoked' : isExpired ? 'Expired' : 'Expires',
    end: time(token.revoke_time ?? token.expire_time),
    lastUse: token.last_use_time === null ? null : time(token.last_use_time),
    lastAddress: token.last_use_address,
    revoke: isOver
      ? null
      : {
          text: 'Revoke…',
          consequence: `Requests with ${token.name} are refused from now on.`,
          action: revokePath(token.token_id),
          button: 'Revoke token',
        },
  };
}

function fieldsOf(typed: Typed, permissions: Permissions): Field[] {
  const offered = roles.filter((role) =>
    [...permissionsOf(role, false)].every((name) => permissions.has(name)),
  );
  return [
    textField(typed, 'name', 'Name', {
      required: true,
      maxlength: 64,
      hint: 'What uses it, such as nightly-report.',
    }),
    selectField(typed, 'role', 'Role', {
      options: offered.map((value) => ({ value, text: roleNames[value] })),
      initial: offered[0] ?? '',
    }),
    selectField(typed, 'expires_in_days', 'Expires after', {
      options: [7, 30, 90, 365].map((days) => ({ value: String(days), text: `${days} days` })),
      initial: '90',
    }),
    textField(typed, 'operations', 'Operations', {
      hint: 'Ids from the API reference, separated by spaces. Empty: all that the role allows.',
    }),
    textField(typed, 'networks', 'Networks', {
      hint: 'Addresses such as 10.0.0.0/8, separated by spaces. Empty: from everywhere.',
    }),
  ];
}

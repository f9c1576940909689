import type { Role } from '../../../domain/accounts/permission.ts';
import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { AccountShape } from '../../shapes.ts';

export interface AccountRow {
  readonly id: string;
  readonly href: string;
  readonly login: string;
  /** With the role of one that can log in. */
  readonly type: string;
  readonly description: string;
  readonly created: Time;
}

const typeNames: Readonly<Record<string, string>> = {
  admin: 'Administrator',
  advanced_user: 'Advanced user',
  user: 'User',
};

export function accountTypeName(type: string): string {
  return typeNames[type] ?? type;
}

export const roleNames: Readonly<Record<Role, string>> = {
  viewer: 'Viewer',
  operator: 'Operator',
  auditor: 'Auditor',
  admin: 'Admin',
};

/** Only administrators have a role, and most of them may do everything. */
export function typeAndRole({ account_type, role }: AccountShape): string {
  const type = accountTypeName(account_type);
  return account_type === 'admin' && role !== 'admin' ? `${type} · ${roleNames[role]}` : type;
}

export function accountRow(account: AccountShape): AccountRow {
  return {
    id: account.account_id,
    href: paths.account(account.account_id),
    login: account.login,
    type: typeAndRole(account),
    description: account.description,
    created: time(account.create_time),
  };
}

import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { AccountShape } from '../../shapes.ts';

export interface AccountRow {
  readonly id: string;
  readonly href: string;
  readonly login: string;
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

export function accountRow(account: AccountShape): AccountRow {
  return {
    id: account.account_id,
    href: paths.account(account.account_id),
    login: account.login,
    type: accountTypeName(account.account_type),
    description: account.description,
    created: time(account.create_time),
  };
}

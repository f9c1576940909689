import type { Account } from '../../domain/accounts/account.ts';

export interface AccountStatsToShow {
  readonly listCount: number;
  readonly faceCount: number;
  readonly faceAttributeCount: number;
}

export function presentAccount(account: Account) {
  return {
    account_id: account.accountId,
    account_type: account.accountType,
    login: account.login,
    description: account.description,
    create_time: account.createTime.toISOString(),
    last_update_time: account.lastUpdateTime.toISOString(),
    email: account.login,
    organization_name: account.description,
  };
}

export function presentAccountStats(stats: AccountStatsToShow) {
  return {
    list_count: stats.listCount,
    face_count: stats.faceCount,
    face_attribute_count: stats.faceAttributeCount,
  };
}

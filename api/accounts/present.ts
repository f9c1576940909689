import type { AccountStats } from '../../db/accounts/accountQueries.ts';
import type { Account } from '../../domain/accounts/account.ts';

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

/** As pages show it: what is beside the manual's contract too. */
export function presentAccountOfPage(account: Account) {
  const { role, seesPictures, disabled, hasSecondFactor, mustChangePassword, passwordExpiresAt } = account;
  return {
    ...presentAccount(account),
    role,
    sees_pictures: seesPictures,
    disabled,
    has_second_factor: hasSecondFactor,
    must_change_password: mustChangePassword,
    password_expire_time: passwordExpiresAt?.toISOString() ?? null,
  };
}

export function presentAccountStats(stats: AccountStats) {
  return {
    list_count: stats.listCount,
    face_count: stats.faceCount,
    face_attribute_count: stats.faceAttributeCount,
  };
}

import type { ApiTokenRow } from '../../../db/accounts/apiTokens.ts';

export function presentApiToken(row: ApiTokenRow) {
  return {
    token_id: row.tokenId,
    account_id: row.accountId,
    name: row.name,
    role: row.role,
    operations: row.operations,
    networks: row.networks,
    create_time: row.createTime.toISOString(),
    expire_time: row.expireTime.toISOString(),
    revoke_time: row.revokeTime?.toISOString() ?? null,
    last_use_time: row.lastUseTime?.toISOString() ?? null,
    last_use_address: row.lastUseAddress,
  };
}

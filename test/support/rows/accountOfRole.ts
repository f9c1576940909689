import assert from 'node:assert/strict';
import type { Role } from '../../../domain/accounts/permission.ts';
import { createClient, type Client } from '../servers/documentedClient.ts';
import { basic } from './basic.ts';

export const passwordOfRole = 'violet harbour at noon';

/** An account that may log in, and who calls with its password. */
export async function accountOfRole(
  asRoot: Client,
  url: string,
  role: Role,
  login = `${role}@example.com`,
): Promise<{ readonly call: Client; readonly headers: Record<string, string>; readonly accountId: string }> {
  const made = await asRoot('POST', '/4/accounts', {
    body: { login, password: passwordOfRole, account_type: 'admin', role },
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const headers = basic(login, passwordOfRole);
  return { call: await createClient(url, headers), headers, accountId: made.body.account_id };
}

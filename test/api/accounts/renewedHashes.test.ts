import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPasswords } from '../../../platform/crypto/passwords.ts';
import { basic } from '../../support/rows/basic.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { openApi } from '../../support/servers/openApi.ts';

// The hash of the tests' first account is as cheap as can be.
const { api } = await openApi({ passwords: createPasswords() });

const ask = async (password: string, method = 'GET', headers: Record<string, string> = {}) =>
  fetch(`${api.url}/4/login`, { method, headers: { ...basic(rootLogin, password), ...headers } });
const hash = async (): Promise<string> =>
  (
    await api.db.query<{ hash: string }>('select password_hash hash from accounts where login = $1', [
      rootLogin,
    ])
  )[0]?.hash ?? '';

test('a password whose hash was made at another cost is hashed again when it is used', async () => {
  const cheap = await hash();
  assert.match(cheap, /m=8,t=1/);
  assert.equal((await ask('wrong')).status, 401);
  assert.equal(await hash(), cheap, 'a wrong password renews nothing');
  const begun = await ask(rootPassword, 'POST');
  assert.equal(begun.status, 200);
  const renewed = await hash();
  assert.match(renewed, /^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  assert.equal((await fetch(`${api.url}/4/login`, { headers: { cookie } })).status, 200);
  assert.equal((await ask(rootPassword)).status, 200);
  assert.equal(await hash(), renewed, 'only once');
});

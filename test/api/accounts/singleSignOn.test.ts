import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { oidcClient } from '../../support/servers/oidcProvider.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { waitFor } from '../../support/waitFor.ts';
import { startFaultyIssuer } from '../../support/servers/faultyIssuer.ts';

const claims = { sub: 'anna-17', sid: 'there-1', email: 'anna@corp.example.com', groups: ['admins'] };
const provider = await startFaultyIssuer(claims);
after(() => provider.close());
const { api } = await openApi({
  ...{ oidcIssuer: provider.issuer, ...asSettings(oidcClient) },
  ...{ oidcRoles: { admins: 'admin' }, passwordLogins: [rootLogin] },
});
beforeEach(() => {
  provider.setFault('none');
});

function asSettings({ clientId, clientSecret }: typeof oidcClient) {
  return { oidcClientId: clientId, oidcClientSecret: clientSecret };
}

const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

async function follow(address: string, cookie = ''): Promise<Response> {
  return fetch(new URL(address, api.url), { redirect: 'manual', headers: { cookie, accept: 'text/html' } });
}

/** As a browser does it. @returns the answer to whoever comes back from the provider, before the next page */
async function logInThere(change: (back: URL) => void = () => undefined): Promise<Response> {
  const begun = await follow('/login/oidc');
  assert.equal(begun.status, 302);
  const there = await follow(begun.headers.get('location') ?? '');
  const back = new URL(there.headers.get('location') ?? '');
  change(back);
  return follow(back.href, cookiesOf(begun));
}

test('whoever the provider vouches for gets a session of a new id', async () => {
  const answer = await logInThere();
  assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/']);
  const page = await follow('/account', cookiesOf(answer));
  assert.match(await page.text(), /anna@corp\.example\.com/);
});

for (const fault of [
  ...(['audience', 'issuer', 'nonce', 'expired', 'unsigned', 'foreign key', 'no token', 'subject'] as const),
]) {
  test(`an ID token is refused for its fault: ${fault}`, async () => {
    provider.setFault(fault);
    const answer = await logInThere();
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /Single sign-on refused/);
    assert.equal((await follow('/account', cookiesOf(answer))).headers.get('location'), '/login');
  });
}

test('another state, another browser and a code that is sent again are refused', async () => {
  const changed = await logInThere((back) => back.searchParams.set('state', 'another'));
  assert.equal(changed.status, 403);
  const begun = await follow('/login/oidc');
  const there = await follow(begun.headers.get('location') ?? '');
  const back = there.headers.get('location') ?? '';
  assert.equal((await follow(back)).status, 403);
  const forged = cookiesOf(begun).replace(/[\w-]{43}$/, 'A'.repeat(43));
  assert.equal((await follow(back, forged)).status, 403);
});

test('a disabled account is not let in, and the audit says how a log-in was made', async () => {
  assert.equal((await logInThere()).status, 303);
  const [line] = await api.db.query<{ after: object }>(
    "select after from audit where action = 'session.login' and login = $1 order by audit_id desc limit 1",
    [claims.email],
  );
  assert.deepEqual(line?.after, { how: 'oidc' });
  const disable = (when: string) =>
    api.db.execute(`update accounts set disabled = ${when} where login = $1`, [claims.email]);
  await disable('true');
  const refused = await logInThere();
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /the account is disabled/);
  await disable('false');
});

test('keys that the provider has changed are asked for anew', async () => {
  assert.equal((await logInThere()).status, 303);
  await provider.rotateKeys();
  await waitFor('a log-in with the new key', async () => (await logInThere()).status === 303);
});

test('only the logins of PASSWORD_LOGINS may use a password', async () => {
  const { status } = await fetch(`${api.url}/4/login`, { headers: basic(rootLogin, rootPassword) });
  assert.equal(status, 200);
  await api.db.execute(
    `insert into accounts (account_id, login, password_hash, account_type)
     select gen_random_uuid(), 'else@example.com', password_hash, 'admin' from accounts where login = $1`,
    [rootLogin],
  );
  const refused = await fetch(`${api.url}/4/login`, { headers: basic('else@example.com', rootPassword) });
  const { error_code: code } = (await refused.json()) as { error_code: number };
  assert.deepEqual([refused.status, code], [401, 11002]);
});

const logOutEvent = { 'http://schemas.openid.net/event/backchannel-logout': {} };

async function tellLogOut(payload: object): Promise<number> {
  const now = Math.floor(Date.now() / 1_000);
  const token = await provider.sign({
    ...{ iss: provider.issuer, aud: 'luna-admin', iat: now, jti: `jti-${now}`, events: logOutEvent },
    ...payload,
  });
  const { status } = await fetch(`${api.url}/login/oidc/backchannel`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  });
  return status;
}

test('the provider ends sessions by itself, by its session or its subject', async () => {
  for (const whose of [{ sid: 'there-1' }, { sub: 'anna-17' }]) {
    const cookie = cookiesOf(await logInThere());
    assert.equal((await follow('/account', cookie)).status, 200);
    assert.equal(await tellLogOut(whose), 200);
    assert.equal((await follow('/account', cookie)).headers.get('location'), '/login');
    const [line] = await api.db.query<{ login: string; after: { login: string; ended: number } }>(
      "select login, after from audit where action = 'account.end_sessions' order by audit_id desc limit 1",
    );
    assert.deepEqual([line?.login, line?.after.login], ['single sign-on', claims.email]);
    assert.ok((line?.after.ended ?? 0) > 0);
  }
});

test('what is no log-out token of the provider ends nothing', async () => {
  const cookie = cookiesOf(await logInThere());
  const old = Math.floor(Date.now() / 1_000) - 3_600;
  for (const payload of [
    { sub: 'anna-17', aud: 'another client' },
    { sub: 'anna-17', iss: 'http://127.0.0.1:1' },
    { sub: 'anna-17', nonce: 'of an ID token' },
    { sub: 'anna-17', events: {} },
    { sub: 'anna-17', iat: old },
    {},
  ]) {
    assert.equal(await tellLogOut(payload), 400, JSON.stringify(payload));
  }
  provider.setFault('foreign key');
  assert.equal(await tellLogOut({ sub: 'anna-17' }), 400);
  assert.equal((await follow('/account', cookie)).status, 200);
});

test('while the provider is away the page says so, and a password still works', async () => {
  const { api: alone } = await openApi({
    ...{ oidcIssuer: 'http://127.0.0.1:9', ...asSettings(oidcClient), oidcRoles: { admins: 'admin' } },
  });
  const answer = await fetch(`${alone.url}/login/oidc`, {
    redirect: 'manual',
    headers: { accept: 'text/html' },
  });
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /the provider does not answer/);
  const { status } = await fetch(`${alone.url}/4/login`, { headers: basic(rootLogin, rootPassword) });
  assert.equal(status, 200);
});

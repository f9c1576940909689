import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, beforeEach, test } from 'node:test';
import { decodeJwt, type JWTPayload } from 'jose';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { oidcClient } from '../../support/servers/oidcProvider.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { waitFor } from '../../support/waitFor.ts';
import { startFaultyIssuer } from '../../support/servers/faultyIssuer.ts';

const claims = { sub: 'anna-17', sid: 'there-1', email: 'anna@corp.example.com', groups: ['admins'] };
const provider = await startFaultyIssuer(claims);
after(() => provider.close());
const settings = {
  ...{ oidcIssuer: provider.issuer, ...asSettings(oidcClient) },
  ...{ oidcRoles: { admins: 'admin' as const }, passwordLogins: [rootLogin] },
};
const { api } = await openApi(settings);
beforeEach(() => {
  provider.setFault('none');
  provider.setMore({});
});

function asSettings({ clientId, clientSecret }: typeof oidcClient) {
  return { oidcClientId: clientId, oidcClientSecret: clientSecret };
}

const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

async function follow(address: string, cookie = '', url = api.url): Promise<Response> {
  return fetch(new URL(address, url), { redirect: 'manual', headers: { cookie, accept: 'text/html' } });
}

/** The button of the log-in page. */
async function begin(url = api.url, site = 'same-origin'): Promise<Response> {
  return fetch(new URL('/login/oidc', url), {
    method: 'POST',
    redirect: 'manual',
    headers: { 'sec-fetch-site': site, accept: 'text/html' },
  });
}

const awayOf = (begun: Response): string => begun.headers.get('refresh')?.replace('0; url=', '') ?? '';

/** As a browser does it. @returns the answer to whoever comes back from the provider, before the next page */
async function logInThere({
  url = api.url,
  change = () => undefined,
}: { url?: string; change?: (back: URL) => void } = {}): Promise<Response> {
  const begun = await begin(url);
  assert.equal(begun.status, 200);
  const there = await follow(awayOf(begun));
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
  ...([
    'audience',
    'issuer',
    'nonce',
    'expired',
    'unsigned',
    'foreign key',
    'no token',
    'subject',
    'algorithm',
  ] as const),
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
  const changed = await logInThere({ change: (back) => back.searchParams.set('state', 'another') });
  assert.equal(changed.status, 403);
  const begun = await begin();
  const there = await follow(awayOf(begun));
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

const logOutToken = (payload: object, typ: string | undefined = 'logout+jwt'): Promise<string> => {
  const now = Math.floor(Date.now() / 1_000);
  const usual = { iss: provider.issuer, aud: 'luna-admin', iat: now, jti: randomUUID(), events: logOutEvent };
  return provider.sign({ ...usual, ...payload }, typ);
};

async function tellLogOut(token: string, url = api.url): Promise<number> {
  const { status } = await fetch(`${url}/login/oidc/backchannel`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  });
  return status;
}

test('the provider ends sessions by itself, by its session or its subject', async () => {
  for (const whose of [{ sid: 'there-1' }, { sub: 'anna-17' }]) {
    const cookie = cookiesOf(await logInThere());
    assert.equal((await follow('/account', cookie)).status, 200);
    assert.equal(await tellLogOut(await logOutToken(whose)), 200);
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
    assert.equal(await tellLogOut(await logOutToken(payload)), 400, JSON.stringify(payload));
  }
  provider.setFault('foreign key');
  assert.equal(await tellLogOut(await logOutToken({ sub: 'anna-17' })), 400);
  assert.equal((await follow('/account', cookie)).status, 200);
});

test('a log-out token counts once, and only with its type', async () => {
  const cookie = cookiesOf(await logInThere());
  for (const type of [undefined, 'JWT', 'at+jwt'])
    assert.equal(
      await tellLogOut(await provider.sign(decodeJwt(await logOutToken({ sub: 'anna-17' })), type)),
      400,
    );
  assert.equal((await follow('/account', cookie)).status, 200);
  const token = await logOutToken({ sub: 'anna-17' }, 'application/logout+JWT');
  assert.equal(await tellLogOut(token), 200);
  const again = cookiesOf(await logInThere());
  assert.equal(await tellLogOut(token), 400);
  assert.equal((await follow('/account', again)).status, 200);
  const { api: lax } = await openApi({ ...settings, oidcUntypedLogout: true });
  const untyped = await provider.sign(decodeJwt(await logOutToken({ sub: 'anna-17' })));
  assert.equal(await tellLogOut(untyped, lax.url), 200);
});

test('a page of another site begins no log-in', async () => {
  assert.equal((await follow('/login/oidc')).status, 405);
  for (const site of ['cross-site', 'same-site']) {
    const refused = await begin(api.url, site);
    assert.equal(refused.status, 403);
    assert.deepEqual(refused.headers.getSetCookie(), []);
  }
});

test('with OIDC_MAX_AGE an old or unknown log-in at the provider is refused', async () => {
  const { api: strict } = await openApi({ ...settings, oidcMaxAge: '1h' });
  const now = Math.floor(Date.now() / 1_000);
  for (const [more, status] of [
    [{ auth_time: now - 60 }, 303],
    [{ auth_time: now - 4_000 }, 403],
    [{}, 403],
  ] as const) {
    provider.setMore(more);
    assert.equal((await logInThere({ url: strict.url })).status, status, JSON.stringify(more));
    assert.equal(provider.asked.at(-1)?.get('max_age'), '3600');
  }
});

test('a log-in at the provider is a second factor only if it says so as OIDC_ACR or OIDC_AMR', async () => {
  const { api: strict } = await openApi({
    ...{ ...settings, requireSecondFactor: 'all', oidcAcr: ['gold'], oidcAmr: ['hwk', 'otp'] },
  });
  for (const [more, isStrong] of [
    [{ acr: 'gold' }, true],
    [{ amr: ['pwd', 'otp'] }, true],
    [{ acr: 'silver', amr: ['pwd'] }, false],
    [{ acr: ['gold'], amr: 'otp' }, false],
    [{}, false],
  ] as const) {
    provider.setMore(more);
    const answer = await logInThere({ url: strict.url });
    assert.equal(provider.asked.at(-1)?.get('acr_values'), 'gold');
    const page = await follow('/', cookiesOf(answer), strict.url);
    const leads = page.headers.get('location');
    assert.equal(leads, isStrong ? null : '/account/second-factor', JSON.stringify(more));
    const json = await fetch(`${strict.url}/4/tasks`, { headers: { cookie: cookiesOf(answer) } });
    assert.equal(json.status, isStrong ? 200 : 403);
  }
});

test('an account with a second factor here is asked for it after a log-in at the provider without one', async () => {
  const { api: strict } = await openApi({ ...settings, oidcAcr: ['gold'] });
  provider.setMore({ acr: 'gold' });
  assert.equal((await logInThere({ url: strict.url })).headers.get('location'), '/');
  await strict.db.execute(
    `insert into passkeys (passkey_id, account_id, name, public_key, sign_count, transports)
     select 'laptop', account_id, 'Laptop', '', 0, '{}' from accounts where login = $1`,
    [claims.email],
  );
  assert.equal((await logInThere({ url: strict.url })).headers.get('location'), '/');
  provider.setMore({});
  const answer = await logInThere({ url: strict.url });
  assert.equal(answer.headers.get('location'), '/login/code');
  const page = await follow('/account', cookiesOf(answer), strict.url);
  assert.equal(page.headers.get('location'), '/login');
});

test('only a log-in of the same person there, made for it, confirms who uses a session', async () => {
  const cookie = cookiesOf(await logInThere());
  const page = await (await follow('/account', cookie)).text();
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const headers = { cookie, accept: 'text/html', 'sec-fetch-site': 'same-origin' };
  // It may have begun silently, so it has proven nothing recently.
  const connect = await fetch(`${api.url}/login/oidc/connect`, {
    ...{ method: 'POST', headers, body: new URLSearchParams({ _csrf: csrf }) },
  });
  assert.equal(connect.status, 403);
  assert.match(await connect.text(), /Confirm with single sign-on/);
  const now = () => Math.floor(Date.now() / 1_000);
  const confirm = async (more: JWTPayload): Promise<Response> => {
    provider.setMore(more);
    const begun = await fetch(`${api.url}/login/oidc/confirm`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({
        _csrf: csrf,
        ...{ confirm_path: '/account/tokens', name: 'nightly <report>' },
      }),
    });
    const there = await follow(awayOf(begun));
    const [prompt, age] = ['prompt', 'max_age'].map((name) => provider.asked.at(-1)?.get(name));
    assert.deepEqual([prompt, age], ['login', '0']);
    return follow(there.headers.get('location') ?? '', `${cookie}; ${cookiesOf(begun)}`);
  };
  for (const more of [{}, { auth_time: now() - 120 }, { auth_time: now(), sub: 'ben-18' }]) {
    const refused = await confirm(more);
    assert.equal(refused.status, 403, JSON.stringify(more));
    assert.match(await refused.text(), /Single sign-on refused/);
  }
  const proven = () =>
    api.db.query<{ proven: string }>(
      "select sess ->> 'proven' proven from sessions where sess -> 'oidc' is not null and sess ->> 'proven' <> '0'",
    );
  assert.deepEqual(await proven(), []);
  const confirmed = await confirm({ auth_time: now() });
  const html = await confirmed.text();
  assert.match(html, /You have confirmed that it is you/);
  assert.match(html, /action="\/account\/tokens"[\s\S]*name="name" value="nightly &lt;report&gt;"/);
  assert.equal((await proven()).length, 1);
});

test('while the provider is away the page says so, and a password still works', async () => {
  const { api: alone } = await openApi({
    ...{ oidcIssuer: 'http://127.0.0.1:9', ...asSettings(oidcClient), oidcRoles: { admins: 'admin' } },
  });
  const answer = await begin(alone.url);
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /the provider does not answer/);
  const { status } = await fetch(`${alone.url}/4/login`, { headers: basic(rootLogin, rootPassword) });
  assert.equal(status, 200);
});

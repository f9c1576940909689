import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../support/servers/apiServer.ts';
import { basic } from '../support/rows/basic.ts';
import { createClient } from '../support/servers/documentedClient.ts';

type Headers = Readonly<Record<string, string>>;

const other = { login: 'other@example.com', password: 'violet harbour at noon' };

let server: ApiServer;
before(async () => {
  server = await startApiServer();
  const asRoot = await createClient(server.url, basic(rootLogin, rootPassword));
  const made = await asRoot('POST', '/4/accounts', { body: { ...other, account_type: 'admin' } });
  assert.equal(made.status, 201);
  await server.db.query('update accounts set must_change_password = false');
});
after(() => server.close());

const html = { accept: 'text/html' };

/** Begins a session as a browser does. @returns its cookie */
async function begin({ login, password } = { login: rootLogin, password: rootPassword }): Promise<Headers> {
  const answer = await fetch(`${server.url}/login`, {
    ...{ method: 'POST', redirect: 'manual', headers: { ...html, origin: server.url } },
    body: new URLSearchParams({ login, password }),
  });
  const cookie = answer.headers
    .getSetCookie()
    .find((line) => line.startsWith('luna_admin='))
    ?.split(';')[0];
  assert.ok(cookie, 'a session has begun');
  return { cookie };
}

async function tokenOf(credentials: Headers): Promise<string> {
  const page = await fetch(`${server.url}/accounts/new`, { headers: { ...html, ...credentials } });
  const token = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1];
  assert.ok(token, 'the page has a form');
  return token;
}

const wanted = { login: 'evil@example.com', password: 'amber glacier at dusk', account_type: 'admin' };
const fields = (more: Headers) => new URLSearchParams({ ...wanted, role: 'admin', ...more });

interface Forged {
  readonly method?: string;
  readonly path?: string;
  readonly headers: Headers;
  readonly body?: URLSearchParams | FormData | string;
}

async function send({ method = 'POST', path = '/accounts', headers, body }: Forged): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    ...{ method, redirect: 'manual', headers: { ...html, ...headers } },
    ...(body === undefined ? {} : { body }),
  });
}

const isMade = async (): Promise<boolean> => {
  const rows = await server.db.query('select 1 from accounts where login = $1', [wanted.login]);
  return rows.length > 0;
};

/** With a session and a form's token that are right: only where it comes from is wrong. */
const fromElsewhere = (origin: (own: URL) => Headers) => async (): Promise<Forged> => {
  const session = await begin();
  const body = fields({ _csrf: await tokenOf(session) });
  return { headers: { ...session, ...origin(new URL(server.url)) }, body };
};

/** From a page of this site, with a token that is wrong in some way. */
const withToken = (token: (session: Headers) => Promise<string> | string) => async (): Promise<Forged> => {
  const session = await begin();
  const body = fields({ _csrf: await token(session) });
  return { headers: { ...session, origin: server.url }, body };
};

const json = { 'content-type': 'application/json', accept: 'application/json' };
const account = JSON.stringify(wanted);
const asRoot = () => basic(rootLogin, rootPassword);

const variants: Readonly<Record<string, () => Promise<Forged> | Forged>> = {
  'a form without a token': async () => ({ headers: await begin(), body: fields({}) }),
  'an empty token': withToken(() => ''),
  'a guessed token': withToken(() => 'guessed'),
  "a token of the account's other session": withToken(async () => tokenOf(await begin())),
  'a token of another account': withToken(async () => tokenOf(await begin(other))),
  'a token of a session that has ended': withToken(async () => {
    const ended = await begin();
    const token = await tokenOf(ended);
    const body = new URLSearchParams({ _csrf: token });
    await send({ path: '/logout', headers: { ...ended, origin: server.url }, body });
    return token;
  }),
  'a token cut short': withToken(async (session) => (await tokenOf(session)).slice(0, -4)),
  'a token with another end': withToken(async (session) => `${(await tokenOf(session)).slice(0, -4)}AAAA`),
  'a token twice over': withToken(async (session) => (await tokenOf(session)).repeat(2)),
  'a token of Basic credentials': withToken(() => tokenOf(asRoot())),
  'a token in the address': async () => {
    const session = await begin();
    const token = await tokenOf(session);
    const path = `/accounts?_csrf=${encodeURIComponent(token)}`;
    return { path, headers: { ...session, origin: server.url }, body: fields({}) };
  },
  'a token as a file': async () => {
    const session = await begin();
    const body = new FormData();
    for (const [name, value] of fields({ _csrf: await tokenOf(session) })) body.append(name, value);
    return { headers: { ...session, origin: server.url }, body };
  },
  'a form as plain text': async () => {
    const session = await begin();
    const headers = { ...session, origin: server.url, 'content-type': 'text/plain' };
    return { headers, body: fields({ _csrf: await tokenOf(session) }).toString() };
  },
  'a form of another site': fromElsewhere(() => ({ origin: 'https://evil.example' })),
  'a form of a sandboxed frame': fromElsewhere(() => ({ origin: 'null' })),
  'a form of another port of this host': fromElsewhere(({ hostname }) => ({
    origin: `http://${hostname}:1`,
  })),
  'a form of a host that begins as this one': fromElsewhere(({ host }) => ({
    origin: `http://${host}.evil.example`,
  })),
  'a form of a host that ends as this one': fromElsewhere(({ host }) => ({ origin: `http://evil.${host}` })),
  'a form whose origin has this host as its user': fromElsewhere(({ host }) => ({
    origin: `http://${host}@evil.example`,
  })),
  'a form whose origin is no address': fromElsewhere(({ host }) => ({ origin: host })),
  'a form that the browser marks as cross-site': fromElsewhere(() => ({ 'sec-fetch-site': 'cross-site' })),
  'a form of another host of the domain': fromElsewhere(() => ({ 'sec-fetch-site': 'same-site' })),
  'a form with an unknown mark, though the origin is right': fromElsewhere(({ origin }) => ({
    ...{ origin, 'sec-fetch-site': 'sibling' },
  })),
  'JSON of another site with the cookie': async () => ({
    ...{ path: '/4/accounts', body: account },
    headers: { ...(await begin()), ...json, origin: 'https://evil.example' },
  }),
  'JSON that needs no preflight': async () => ({
    ...{ path: '/4/accounts', body: account },
    headers: { ...(await begin()), 'content-type': 'text/plain', origin: 'null' },
  }),
  'a form at the address of JSON': async () => ({
    ...{ path: '/4/accounts', body: fields({}) },
    headers: { ...(await begin()), 'sec-fetch-site': 'cross-site' },
  }),
  'JSON of another site with the credentials that the browser remembers': () => ({
    ...{ path: '/4/accounts', body: account },
    headers: { ...asRoot(), ...json, 'sec-fetch-site': 'cross-site' },
  }),
  'a form of another site with the credentials that the browser remembers': async () => ({
    headers: { ...asRoot(), origin: 'https://evil.example' },
    body: fields({ _csrf: await tokenOf(asRoot()) }),
  }),
  'a form without a token with the credentials that the browser remembers': () => ({
    headers: { ...asRoot(), origin: server.url },
    body: fields({}),
  }),
  'a token of other credentials': async () => ({
    headers: { ...asRoot(), origin: server.url },
    body: fields({ _csrf: await tokenOf(basic(other.login, other.password)) }),
  }),
  'a link that says what a form would': async () => ({
    ...{ method: 'GET', path: `/accounts?${fields({}).toString()}`, headers: await begin() },
  }),
  'a link that names another method': async () => ({
    ...{ method: 'GET', path: `/4/accounts?_method=POST&${fields({}).toString()}` },
    headers: { ...(await begin()), 'x-http-method-override': 'POST', 'x-method-override': 'POST' },
  }),
};

test('thirty ways to forge a request are tried', () => {
  assert.ok(Object.keys(variants).length >= 30);
});

for (const [what, forge] of Object.entries(variants)) {
  test(`${what} changes nothing`, async () => {
    const forged = await forge();
    const answer = await send(forged);
    if (forged.method === 'GET') assert.ok(answer.status < 500, String(answer.status));
    else assert.match(await answer.text(), /\b(?:12041|12024)\b/, String(answer.status));
    assert.ok(answer.status !== 303 && answer.status !== 201, String(answer.status));
    assert.equal(await isMade(), false);
  });
}

test('a log-out that another site asks for ends no session', async () => {
  const session = await begin();
  const body = new URLSearchParams({ _csrf: await tokenOf(session) });
  const answer = await send({
    path: '/logout',
    headers: { ...session, origin: 'https://evil.example' },
    body,
  });
  assert.equal(answer.status, 403);
  assert.equal((await send({ method: 'GET', path: '/4/login', headers: session })).status, 200);
});

// What the others are measured by: without their fault they would have made the account.
test('the same form from a page of this site, with its token, is carried out', async () => {
  const answer = await send(await fromElsewhere(({ origin }) => ({ origin }))());
  assert.equal(answer.status, 303, await answer.text());
  assert.equal(await isMade(), true);
});

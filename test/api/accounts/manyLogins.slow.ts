import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { basic } from '../../support/rows/basic.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { startFaultyIssuer } from '../../support/servers/faultyIssuer.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { createSoftwarePasskey } from '../../support/softwarePasskey.ts';

const claims = { sub: 'anna-17', sid: 'there-1', email: 'anna@corp.example.com', groups: ['admins'] };
const provider = await startFaultyIssuer(claims);
after(() => provider.close());
const { api } = await openApi({
  ...{ oidcIssuer: provider.issuer, oidcRoles: { admins: 'admin' }, trustProxy: 'loopback' },
  ...{ oidcClientId: 'luna-admin', oidcClientSecret: 'a secret of the tests, long enough' },
});
// Passkeys are not for bare addresses.
const site = api.url.replace('127.0.0.1', 'localhost');

const kinds = ['right', 'wrong', 'unknown', 'disabled'] as const;
type Kind = (typeof kinds)[number];
const ofEach = 84;

for (const [login, disabled] of [
  ['passkey@example.com', false],
  ['wrong@example.com', false],
  ['disabled@example.com', true],
] as const) {
  await api.db.execute(
    `insert into accounts (account_id, login, password_hash, account_type, disabled)
     select gen_random_uuid(), $2, password_hash, 'admin', $3 from accounts where login = $1`,
    [rootLogin, login, disabled],
  );
}

/** Each from a network of its own. */
const from = (client: number) => ({ 'x-forwarded-for': `10.${client >> 8}.${client & 255}.7` });

interface Answer {
  readonly kind: Kind;
  readonly status: number;
  /** Without what differs between any two. */
  readonly text: string;
}

async function byBasic(client: number, kind: Kind): Promise<Answer> {
  const password = kind === 'wrong' ? 'no password of anybody' : rootPassword;
  const login = { right: rootLogin, unknown: 'nobody@example.com' };
  const header = basic(kind in login ? login[kind as keyof typeof login] : `${kind}@example.com`, password);
  const answer = await fetch(`${api.url}/4/login`, {
    ...{ method: 'POST', headers: { ...header, ...from(client) } },
  });
  return { kind, status: answer.status, text: await answer.text() };
}

type Passkey = ReturnType<typeof createSoftwarePasskey>;
const registered = await Promise.all(
  [...kinds, ...Array.from({ length: ofEach }, () => 'right' as const)].map(async (kind) => {
    const passkey = createSoftwarePasskey();
    if (kind === 'unknown') return passkey;
    // Of an account that has one, a password alone is refused.
    const login = kind === 'disabled' ? 'disabled@example.com' : 'passkey@example.com';
    await api.db.execute(
      `insert into passkeys (passkey_id, account_id, name, public_key, sign_count, transports)
       select $2, account_id, 'a test', $3, 0, '{}' from accounts where login = $1`,
      [login, passkey.id, passkey.publicKey],
    );
    return passkey;
  }),
);

async function byPasskey(client: number, kind: Kind, passkey: Passkey): Promise<Answer> {
  const headers = { origin: site, accept: 'text/html', ...from(client) };
  const asked = await fetch(`${site}/login/passkey/options`, { method: 'POST', headers });
  if (asked.status !== 200) return { kind, status: asked.status, text: await asked.text() };
  const { challenge } = (await asked.json()) as { challenge: string };
  const signed = passkey.answer(kind === 'wrong' ? 'another' : challenge, site);
  const answer = await fetch(`${site}/login/passkey`, {
    ...{ method: 'POST', redirect: 'manual', headers: { ...headers, cookie: cookiesOf(asked) } },
    body: new URLSearchParams({ credential: signed }),
  });
  return { kind, status: answer.status, text: withoutChance(await answer.text()) };
}

async function bySingleSignOn(client: number, kind: Kind): Promise<Answer> {
  const follow = (address: string | null, cookie = '') =>
    fetch(new URL(address ?? '', api.url), {
      ...{ redirect: 'manual', headers: { accept: 'text/html', cookie, ...from(client) } },
    });
  const begun = await fetch(`${api.url}/login/oidc`, {
    ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams() },
    headers: { accept: 'text/html', origin: api.url, ...from(client) },
  });
  if (begun.status !== 200) return { kind, status: begun.status, text: withoutChance(await begun.text()) };
  const there = await follow(begun.headers.get('refresh')?.replace('0; url=', '') ?? null);
  const back = new URL(there.headers.get('location') ?? '');
  if (kind !== 'right') back.searchParams.set(kind === 'wrong' ? 'state' : 'code', 'another');
  const answer = await follow(back.href, cookiesOf(begun));
  return { kind, status: answer.status, text: withoutChance(await answer.text()) };
}

const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

function countBy<T>(items: readonly T[], name: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[name(item)] = (counts[name(item)] ?? 0) + 1;
  return counts;
}

/** Nonces, ids of requests, and how long it is still to wait. */
const withoutChance = (page: string): string =>
  page
    .replaceAll(/nonce="[^"]*"/g, '')
    .replaceAll(/\b[\da-f]{8}-[\da-f-]{27}\b/g, '')
    .replaceAll(/in \d+ s\./g, '');

/** While the log-ins go on. */
async function timePages(t: TestContext, isOver: () => boolean): Promise<void> {
  const times: number[] = [];
  while (!isOver() || times.length < 20) {
    const begin = performance.now();
    const answer = await fetch(`${api.url}/login`, { headers: { accept: 'text/html', ...from(60_000) } });
    assert.match(await answer.text(), /Log in/);
    assert.equal(answer.status, 200);
    times.push(performance.now() - begin);
    await pause(20);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(0);
  t.diagnostic(`log-in page: ${times.length} times, median ${at(0.5)} ms, p95 ${at(0.95)} ms`);
}

test('whoever sends a log-in slowly keeps no one else from logging in', async () => {
  const { hostname, port } = new URL(api.url);
  const forms = 'Content-Type: application/x-www-form-urlencoded\r\nAccept: text/html';
  const json = 'Content-Type: application/json';
  const sockets = [...Array<string>(8).fill(forms), ...Array<string>(8).fill(json)].map((headers) => {
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /login HTTP/1.1\r\nHost: ${hostname}\r\n${headers}\r\nContent-Length: 99\r\n\r\nlogin=`,
    );
    return socket;
  });
  try {
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    // Less than the server waits for the slow ones.
    const patience = { signal: AbortSignal.timeout(10_000) };
    const program = await fetch(`${api.url}/4/login`, {
      ...{ method: 'POST', headers: { ...basic(rootLogin, rootPassword), ...from(40_000) }, ...patience },
    });
    assert.equal(program.status, 200);
    const form = await fetch(`${api.url}/login`, {
      ...{ method: 'POST', redirect: 'manual', headers: { accept: 'text/html', ...from(40_001) } },
      body: new URLSearchParams({ login: rootLogin, password: rootPassword }),
      ...patience,
    });
    assert.equal(form.status, 303);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test('of a thousand log-ins at once, no refusal tells whether its login exists, and the page keeps answering', async (t) => {
  let isOver = false;
  const pages = timePages(t, () => isOver);
  const rounds = Array.from({ length: ofEach }, (_, round) => round);
  const begin = performance.now();
  const [basics, passkeys, signOns] = await Promise.all([
    Promise.all(rounds.flatMap((n) => kinds.map((kind, of) => byBasic(4 * n + of, kind)))),
    Promise.all(
      rounds.flatMap((n) =>
        kinds.map((kind, of) => {
          const passkey = registered[kind === 'right' ? 4 + n : of];
          assert.ok(passkey);
          return byPasskey(1_000 + 4 * n + of, kind, passkey);
        }),
      ),
    ),
    Promise.all(rounds.flatMap((n) => kinds.map((kind, of) => bySingleSignOn(2_000 + 4 * n + of, kind)))),
  ]);
  const seconds = (performance.now() - begin) / 1_000;
  isOver = true;
  await pages;

  assert.ok(basics.length + passkeys.length + signOns.length >= 1_000);
  for (const [way, answers] of Object.entries({ basics, passkeys, signOns })) {
    const statuses = (kind: Kind) => answers.filter((one) => one.kind === kind).map(({ status }) => status);
    const entered = statuses('right').filter((status) => status === 200 || status === 303).length;
    const counts = Object.entries(countBy(answers, ({ kind, status }) => `${kind} ${status}`));
    t.diagnostic(`${way}: ${counts.map(([what, count]) => `${count} ${what}`).join(', ')}`);
    // Whoever finds too many before them is told to come back, and nothing else goes wrong.
    assert.ok(
      answers.every(({ status }) => status < 500 || status === 503),
      way,
    );
    assert.ok(entered > ofEach / 2, `${way}: ${entered} of ${ofEach} entered`);
    // For each status there is one answer, whoever asked.
    const refusals = answers.filter(({ kind }) => kind !== 'right');
    for (const status of new Set(refusals.map((one) => one.status))) {
      assert.ok(status >= 400, `${way} ${status}`);
      const texts = refusals.filter((one) => one.status === status).map(({ text }) => text);
      const [first = '', ...others] = new Set(texts);
      const other = others[0]?.split('\n') ?? [];
      const differing = first.split('\n').filter((line, n) => others.length > 0 && line !== other[n]);
      assert.deepEqual(differing, [], `${way} ${status}`);
    }
  }
  t.diagnostic(`all of them in ${seconds.toFixed(1)} s`);
});

import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { after, before, beforeEach, test } from 'node:test';
import { siteOf } from '../../../api/accounts/auth/loginLimit.ts';
import { createLogger } from '../../../platform/logger.ts';
import { rootLogin, startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { waitFor } from '../../support/waitFor.ts';

const loginFailures = 2;
const logged: string[] = [];
const destination = new Writable({
  write(chunk: Buffer, _encoding, done) {
    logged.push(chunk.toString());
    done();
  },
});

let first: ApiServer;
let api: ApiServer | undefined;
before(async () => void (first = await startApiServer()));
// What a process remembers of blocked networks must not reach the next test.
beforeEach(async () => {
  await api?.close();
  await first.db.query('delete from login_limits');
  const log = createLogger({ name: 'api', level: 'info', format: 'json', destination });
  api = await startApiServer({ besides: first, trustProxy: '1', loginFailures, log });
});
after(async () => {
  await api?.close();
  await first.close();
});

let guesses = 0;

/** A guess that a proxy passes on for whomever it says. */
async function guessFrom(forwarded: string, login = rootLogin): Promise<number> {
  const headers = { ...basic(login, `wrong ${guesses++}`), 'x-forwarded-for': forwarded };
  return (await fetch(`${api?.url}/4/tasks`, { headers })).status;
}

async function guessFromEach(addresses: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const address of addresses) statuses.push(await guessFrom(address));
  return statuses;
}

const refusals = (login: string) =>
  first.db.query<{ remote_address: string; code: number }>(
    `select remote_address, (after ->> 'error_code')::int code from audit
     where action = 'session.refuse' and login = $1 order by audit_id`,
    [login],
  );

test('a text that is no address is no place from which to guess anew: the connection counts', async () => {
  const texts = ['a', 'b', '999.1.1.1', '2001:db8::1::2', '1.2.3.4:80', 'unknown', '_hidden'];
  const statuses = await guessFromEach(texts);
  assert.deepEqual(statuses, [401, 401, 429, 429, 429, 429, 429]);
  assert.deepEqual(await guessFromEach(['192.0.2.1', '192.0.2.1', '192.0.2.1']), [401, 401, 429]);
  await guessFrom('fe80::7%any-text', 'zone@example.com');
  assert.deepEqual(
    (await refusals('zone@example.com')).map(({ remote_address }) => remote_address),
    ['fe80::7'],
  );
});

test('many networks of one site are not as many guesses', async () => {
  const networks = Array.from({ length: 12 }, (_, n) => `2001:db8:7:${n.toString(16)}::1`);
  const statuses = await guessFromEach(networks);
  assert.deepEqual(statuses, [...Array<number>(8).fill(401), ...Array<number>(4).fill(429)]);
  assert.equal(await guessFrom('2001:db8:8::1'), 401, 'the neighbours are another site');
});

test('a network that has to wait leaves the rest of its site what it has', async () => {
  await guessFromEach(Array<string>(20).fill('2001:db8:9:1::1'));
  assert.equal(await guessFrom('2001:db8:9:2::1'), 401);
});

test('the site of an address is its /48, and IPv4 has none', () => {
  assert.equal(siteOf('2001:DB8:1:2::9'), '2001:db8:1');
  assert.equal(siteOf('2001:db8::9'), '2001:db8:0');
  assert.equal(siteOf('::ffff:10.1.2.3'), null);
});

test('whoever is told to wait is in the audit once, however many the requests', async () => {
  const login = 'flood@example.com';
  for (let n = 0; n < 30; n++) await guessFrom('192.0.2.9', login);
  await guessFrom('192.0.2.10', login);
  assert.deepEqual(
    (await refusals(login)).map(({ remote_address, code }) => `${remote_address} ${code}`),
    ['192.0.2.9 11002', '192.0.2.9 11002', '192.0.2.9 12040', '192.0.2.10 11002'],
  );
});

test('the log says from where each request came, a refused log-in too', async () => {
  await guessFromEach(['192.0.2.20', '192.0.2.20', '192.0.2.20', 'nonsense']);
  const requests = await waitFor('the lines of all', () => {
    const lines = logged.map((line) => JSON.parse(line) as { req?: { remoteAddress?: string } });
    const from = lines.map(({ req }) => req?.remoteAddress).slice(-4);
    return from.at(-1) === '127.0.0.1' && from;
  });
  assert.deepEqual(requests, ['192.0.2.20', '192.0.2.20', '192.0.2.20', '127.0.0.1']);
});

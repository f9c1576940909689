import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { basic } from '../../support/rows/basic.ts';
import { accountOfRole } from '../../support/rows/accountOfRole.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call: asRoot } = await openApi({ trustProxy: '1', loginFailures: 1_000 });
const login = 'target@example.com';
const password = 'violet harbour at noon';
await accountOfRole(asRoot, api.url, 'admin', login);

beforeEach(() => api.db.execute('delete from login_limits'));

let networks = 0;
/** A network that nobody has come from before. */
const stranger = (): string => `198.51.${Math.floor(networks / 250)}.${1 + (networks++ % 250)}`;

/** What anybody sees of a guess; `address` stands for the proxy's word. */
async function guess(guessed: string, given = `wrong ${networks}`, address = stranger()) {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
  const body = JSON.stringify({ login: guessed, password: given });
  const answer = await fetch(`${api.url}/4/login`, { method: 'POST', headers, body });
  const wait = Number(answer.headers.get('retry-after') ?? 0);
  return { status: answer.status, wait, text: await answer.text() };
}

const failures = async (guessed: string, times: number): Promise<void> => {
  for (let n = 0; n < times; n++) assert.equal((await guess(guessed)).status, 401);
};

/** As if the wait were over. */
const waitOver = () => api.db.execute(`update login_limits set expire = 1 where key like 'wait:%'`);

test('guesses at one login from many networks have to wait, longer each time, whether anybody has it or not', async () => {
  for (const guessed of [login, 'nobody@example.com', 'not even a login']) {
    await failures(guessed, 11);
    const told: string[] = [];
    for (const longest of [15, 30, 60, 120, 240, 480, 900, 900]) {
      const { status, wait, text } = await guess(guessed);
      told.push(text);
      assert.deepEqual([status, wait > longest - 5 && wait <= longest], [429, true], `${guessed} ${wait}`);
      await waitOver();
      assert.equal((await guess(guessed)).status, 401);
    }
    assert.match(told[0] ?? '', /too many failed log-ins/);
  }
});

test('many guesses at the same time are no more than as many in a row', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => guess(login)));
  const looked = answers.filter(({ status }) => status === 401).length;
  assert.ok(looked <= 11, String(looked));
  assert.equal(answers.filter(({ status }) => status === 429).length, 40 - looked);
});

test('strangers do not keep an account from a network that it has logged in from', async () => {
  const home = '203.0.113.7';
  assert.equal((await guess(login, password, home)).status, 200);
  await failures(login, 11);
  assert.equal((await guess(login, password)).status, 429, 'elsewhere the right one has to wait too');
  assert.equal((await guess(login, password, home)).status, 200);
  for (let n = 0; n < 11; n++) assert.equal((await guess(login, 'wrong', home)).status, 401);
  assert.equal((await guess(login, password, home)).status, 429, 'failures there count there');
  await waitOver();
  assert.equal((await guess(login, password, home)).status, 200);
  assert.equal((await guess(login, 'wrong', home)).status, 401, 'the first failure again');
});

test('a network counts as known for ninety days', async () => {
  const home = '203.0.113.8';
  assert.equal((await guess(login, password, home)).status, 200);
  await api.db.execute(`update login_networks set last_time = now() - interval '91 days'`);
  await failures(login, 11);
  assert.equal((await guess(login, password, home)).status, 429);
});

test('whoever has to wait does not find out which password a client elsewhere is using', async () => {
  const ask = async (address: string): Promise<number> =>
    (
      await fetch(`${api.url}/4/tasks`, {
        headers: { ...basic(login, password), 'x-forwarded-for': address },
      })
    ).status;
  await api.db.execute('delete from login_networks');
  assert.equal(await ask('203.0.113.9'), 200);
  await failures(login, 11);
  assert.deepEqual([await ask(stranger()), await ask('203.0.113.9')], [429, 200]);
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { basic } from '../../support/rows/basic.ts';
import { rootLogin, rootPassword, startApiServer } from '../../support/servers/apiServer.ts';

const [first, second, third] = ['first', 'second', 'third'].map((word) => word.repeat(8)) as [
  string,
  string,
  string,
];
const before = await startApiServer({ sessionSecret: [first] });
const during = await startApiServer({ sessionSecret: [second, first], besides: before });
const afterwards = await startApiServer({ sessionSecret: [third, second], besides: before });
after(async () => {
  await during.close();
  await afterwards.close();
  await before.close();
});

const begin = async ({ url }: { url: string }): Promise<string> => {
  const answer = await fetch(`${url}/4/login`, { method: 'POST', headers: basic(rootLogin, rootPassword) });
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
};
const status = async ({ url }: { url: string }, cookie: string): Promise<number> =>
  (await fetch(`${url}/4/login`, { headers: { cookie } })).status;

test('with a new SESSION_SECRET before the old one sessions go on, and new ones are signed with the new one', async () => {
  const old = await begin(before);
  assert.equal(await status(during, old), 200);
  const renewed = await begin(during);
  assert.equal(await status(afterwards, renewed), 200);
  assert.equal(await status(before, renewed), 401);
  assert.equal(await status(afterwards, old), 401, 'the old secret is no longer given');
});

test('a form that was shown for a password under the old secret is accepted under the new one', async () => {
  const headers = basic(rootLogin, rootPassword);
  const page = await (await fetch(`${before.url}/account/tokens`, { headers })).text();
  const send = async ({ url }: { url: string }): Promise<number> => {
    const { status: answered } = await fetch(`${url}/account/tokens`, {
      method: 'POST',
      headers: { ...headers, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ _csrf: /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '', name: 'x' }),
    });
    return answered;
  };
  assert.equal(await send(during), 201);
  assert.equal(await send(afterwards), 403);
});

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { shownUrl } from '../../../api/http/shownUrl.ts';
import { createLogger } from '../../../platform/logger.ts';
import { accountOfRole } from '../../support/rows/accountOfRole.ts';
import { basic } from '../../support/rows/basic.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { waitFor } from '../../support/waitFor.ts';

interface Line {
  readonly requestId: string;
  readonly login?: string;
  readonly via?: string;
  readonly tokenId?: string;
  readonly errorCode?: number;
  readonly req: { readonly url: string };
}

let written = '';
const destination = new PassThrough().on('data', (chunk: Buffer) => (written += chunk.toString()));
const log = createLogger({ name: 'api', level: 'info', format: 'json', destination });
const { api, call: asRoot } = await openApi({ log });

/** What the log says of one request. */
async function lineOf(path: string, headers: Record<string, string> = {}, init: RequestInit = {}) {
  const answer = await fetch(api.url + path, { headers, redirect: 'manual', ...init });
  const id = answer.headers.get('luna-request-id') ?? '';
  await answer.text();
  const line = await waitFor('its line', () => written.split('\n').find((text) => text.includes(`"${id}"`)));
  const { login, via, tokenId, errorCode, req } = JSON.parse(line) as Line;
  return { login, via, tokenId, errorCode, url: req.url };
}

const who = ({ login, via, errorCode }: Awaited<ReturnType<typeof lineOf>>) => [login, via, errorCode];

test("the log says who asked, how they showed it, and an error's code", async () => {
  const root = basic(rootLogin, rootPassword);
  assert.deepEqual(who(await lineOf('/4/tasks', root)), [rootLogin, 'basic', undefined]);
  assert.deepEqual(who(await lineOf('/4/tasks')), [undefined, 'none', 12010]);
  assert.deepEqual(who(await lineOf('/4/tasks', basic('x@example.com', 'x'))), [undefined, 'none', 11002]);
  assert.deepEqual(who(await lineOf('/4/tasks/7', root)), [rootLogin, 'basic', 28001]);
  const session = await fetch(`${api.url}/4/login`, { method: 'POST', headers: root });
  const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  assert.deepEqual(who(await lineOf('/4/tasks', { cookie })), [rootLogin, 'session', undefined]);
  const { headers } = await accountOfRole(asRoot, api.url, 'viewer');
  assert.deepEqual(who(await lineOf('/4/audit', headers)), ['viewer@example.com', 'basic', 12025]);
  const html = { cookie, accept: 'text/html' };
  assert.deepEqual(who(await lineOf('/tasks/7/view', html)), [rootLogin, 'session', 28001], 'a page');
  const form = { ...html, 'content-type': 'application/x-www-form-urlencoded' };
  const forged = await lineOf('/maintenance/start', form, { method: 'POST', body: 'note=x' });
  assert.deepEqual(who(forged), [rootLogin, 'session', 12041], 'a forged form is not a missing permission');
});

test('the log and the audit name the token that did something, also when it is used from elsewhere', async () => {
  const make = async (body: object) =>
    (await asRoot('POST', '/4/tokens', { body: { name: 'robot', ...body } })).body;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const near = await make({});
  const line = await lineOf('/4/tasks', bearer(near.token));
  assert.deepEqual([line.login, line.via, line.tokenId], [rootLogin, 'token', near.token_id]);
  const made = await fetch(`${api.url}/4/tasks/gc`, {
    method: 'POST',
    headers: { ...bearer(near.token), 'content-type': 'application/json' },
    body: JSON.stringify({ content: { target: 'faces', filters: { create_time__lt: 'now-30d' } } }),
  });
  assert.equal(made.status, 201, await made.text());
  const [entry] = (await asRoot('GET', '/4/audit?action=task.create')).body.entries;
  const by = { token_id: near.token_id, name: 'robot' };
  assert.deepEqual((entry?.after as { by_token?: object }).by_token, by);

  const far = await make({ networks: ['10.0.0.0/8'] });
  const refused = await lineOf('/4/tasks', bearer(far.token));
  assert.deepEqual(who(refused), [rootLogin, 'none', 12025]);
  assert.equal(refused.tokenId, far.token_id);
  const [refusal] = (await asRoot('GET', '/4/audit?action=session.refuse')).body.entries;
  assert.deepEqual(
    [refusal?.login, refusal?.after],
    [rootLogin, { error_code: 12025, how: 'token', by_token: { token_id: far.token_id, name: 'robot' } }],
  );
});

test('what was searched, logins, forms and the code of a single sign-on are not in the log', async () => {
  const line = await lineOf(
    '/4/audit?login=anna@example.com&page=2&page_size=5',
    basic(rootLogin, rootPassword),
  );
  assert.equal(line.url, '/4/audit?login=…&page=2&page_size=5');
  for (const [url, shown] of [
    ['/login/oidc/callback?code=c0de&state=st4te&page=1', '/login/oidc/callback?…'],
    ['/search?q=anna%20karenina', '/search?q=…'],
    ['/tasks/new?user_data=anna&page=1', '/tasks/new?user_data=…&page=1'],
    ['/tasks/view?state=failed&create_time__gte=now-1d', '/tasks/view?state=failed&create_time__gte=now-1d'],
    ['/4/tasks?page=anna%40example.com', '/4/tasks?page=…'],
    ['/4/tasks?anna@example.com', '/4/tasks?…'],
    ['/4/tasks', '/4/tasks'],
  ] as const) {
    assert.equal(shownUrl(url), shown);
  }
  await lineOf('/login/oidc/callback?code=c0de&state=st4te');
  assert.doesNotMatch(written, /c0de|anna@/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../../support/servers/openApi.ts';

const { api } = await openApi({ trustProxy: 'loopback' });
const { api: secure } = await openApi({ secureCookies: true });

const cookiesOf = (answer: Response) => answer.headers.getSetCookie();

test('with SECURE_COOKIES the cookies of a log-in are Secure, whatever the proxy says of the scheme', async () => {
  const wanted = await fetch(`${secure.url}/tasks/view`, { redirect: 'manual' });
  const [cookie = ''] = cookiesOf(wanted);
  assert.match(cookie, /^__Host-luna_admin_wanted=.*; Path=\/;.*HttpOnly; Secure; SameSite=Lax$/);
});

test('without SECURE_COOKIES no header of a client makes cookies Secure or leads elsewhere', async () => {
  const wanted = await fetch(`${api.url}/tasks/view`, {
    redirect: 'manual',
    headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' },
  });
  const [cookie = ''] = cookiesOf(wanted);
  assert.match(cookie, /^luna_admin_wanted=.*; Path=\//);
  assert.ok(!cookie.includes('Secure'), cookie);
  assert.equal(wanted.headers.get('location'), '/login');
});

test('passkeys are bound to the host of the request, not to what X-Forwarded-Host says', async () => {
  const answer = await fetch(`${api.url.replace('127.0.0.1', 'localhost')}/login/passkey/options`, {
    method: 'POST',
    headers: { 'x-forwarded-host': 'evil.example' },
  });
  const { rpId } = (await answer.json()) as { rpId: string };
  assert.equal(rpId, 'localhost');
});

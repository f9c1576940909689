import assert from 'node:assert/strict';
import { basic } from '../rows/basic.ts';
import type { Client } from './documentedClient.ts';

/** Logs in over JSON, as somebody whom nobody knows yet. @returns the headers of the session */
export async function logIn(asNobody: Client, login: string, password: string): Promise<{ cookie: string }> {
  const answer = await asNobody('POST', '/4/login', { headers: basic(login, password) });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return { cookie: cookieOf(answer.headers) };
}

export function cookieOf(headers: Headers): string {
  const cookie = /^luna_admin=[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0];
  assert.ok(cookie, 'the answer sets the cookie');
  return cookie;
}

/** Key of the session in the table; the last to end is another one when the clock was measured anew in between. */
export function sessionIdOf({ cookie }: { readonly cookie: string }): string {
  const value = decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1));
  return value.slice('s:'.length, value.lastIndexOf('.'));
}

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openCertificate } from '../../platform/crypto/certificate.ts';
import { createLogger } from '../../platform/logger.ts';
import { openSite } from '../support/browser/site.ts';
import { logIn } from '../support/browser/visitor.ts';
import { makeAuthority } from '../support/certificates.ts';
import { createTestFolder } from '../support/folder.ts';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { oidcClient, startOidcProvider } from '../support/servers/oidcProvider.ts';

const folder = await createTestFolder('tls');
after(() => folder.remove());
const authority = await makeAuthority(folder.path);
const { certFile, keyFile } = await authority.issue('api', 'IP:127.0.0.1');
const certificate = await openCertificate(
  { tlsCert: certFile, tlsKey: keyFile },
  createLogger({ name: 'api', level: 'silent', format: 'json' }),
);
after(() => certificate?.close());
const provider = await startOidcProvider();
after(() => provider.close());
const site = openSite({
  ...{ certificate, secureCookies: true },
  ...{ oidcIssuer: provider.issuer, oidcName: 'Corp', oidcRoles: { 'luna-admins': 'admin' } },
  ...{ oidcClientId: oidcClient.clientId, oidcClientSecret: oidcClient.clientSecret },
});

// The browser does not know the authority of the test.
const visit = (): Promise<Page> => site.visit({ ignoreHTTPSErrors: true });

async function cookiesOf(page: Page): Promise<Record<string, string>> {
  const cookies = await page.context().cookies();
  for (const { name, secure, httpOnly } of cookies) assert.ok(secure && httpOnly, name);
  return Object.fromEntries(cookies.map(({ name, path }) => [name, path]));
}

test('over HTTPS a browser keeps cookies with prefixes, and gives them up at the log-out', async () => {
  const page = await visit();
  await page.goto('/tasks/view');
  assert.deepEqual(await cookiesOf(page), { '__Host-luna_admin_wanted': '/' });
  await page.getByLabel('Login').fill(rootLogin);
  await page.getByLabel('Password').fill(rootPassword);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
  assert.deepEqual(await cookiesOf(page), { '__Host-luna_admin': '/' });
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.deepEqual(await cookiesOf(page), {});
});

test('over HTTPS the log-in page says when a session has ended', async () => {
  const page = await visit();
  await logIn(page, rootLogin, rootPassword);
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  await site.server.db.query('delete from sessions');
  await page.goto('/audit/view');
  await page.getByText('Your session has ended. Log in to continue where you were.').waitFor();
});

test('over HTTPS a log-in at a provider is completed, and leaves only the session', async () => {
  const page = await visit();
  await page.route('https://fonts.googleapis.com/**', (route) =>
    route.fulfill({ contentType: 'text/css', body: '' }),
  );
  await provider.setGroups({ anna: ['luna-admins'] });
  await page.goto('/tasks/view');
  await page.getByRole('button', { name: 'Log in with Corp' }).click();
  const here = new URL(site.server.url).hostname;
  const ofHere = (await page.context().cookies()).filter(
    ({ name, domain }) => domain === here && name.includes('luna_admin'),
  );
  assert.deepEqual(ofHere.map(({ name, path, secure }) => [name, path, secure]).sort(), [
    ['__Host-luna_admin_oidc', '/', true],
    ['__Host-luna_admin_wanted', '/', true],
  ]);
  await page.getByPlaceholder('Enter any login').fill('anna');
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
  const left = (await page.context().cookies())
    .map(({ name }) => name)
    .filter((name) => name.includes('luna'));
  assert.deepEqual(left, ['__Host-luna_admin']);
});

test('over HTTPS a browser is told to come by HTTPS for a year', async () => {
  const page = await visit();
  const answer = await page.goto('/login');
  const headers = (await answer?.allHeaders()) ?? {};
  assert.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains');
});

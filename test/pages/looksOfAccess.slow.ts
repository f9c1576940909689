import { test } from 'node:test';
import { openSite } from '../support/browser/site.ts';
import { codeOf } from '../support/browser/totp.ts';
import { forgetProofs, logIn, registerAccount } from '../support/browser/visitor.ts';
import { createLook } from './examine.ts';

const site = openSite();
const password = 'violet harbour at noon';

for (const width of [1280, 390]) {
  test(`every page of a log-in and a second factor can be used by everybody, ${width} pixels wide`, async () => {
    const login = `looks${width}@example.com`;
    const accountId = await registerAccount(site.server, { login, password, account_type: 'admin' });
    const page = await site.visit({
      url: site.server.url.replace('127.0.0.1', 'localhost'),
      viewport: { width, height: 800 },
      reducedMotion: 'reduce',
    });
    const look = createLook(site.visitor, width);
    await logIn(page, login, password);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.goto('/account/sessions');
    await look('sessions');
    await page.goto(`/accounts/${accountId}/sessions`);
    await look('account-sessions');
    await page.goto('/account/second-factor');
    await look('second-factor');
    await page.getByRole('link', { name: 'Set up' }).click();
    await look('authenticator-app');
    const key = (await page.getByText('Key:').innerText()).replace('Key: ', '');
    await page.getByRole('textbox', { name: 'Code' }).fill(codeOf(key));
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
    await look('recovery-codes');
    await site.server.db.query(
      `insert into passkeys (passkey_id, account_id, name, public_key, sign_count, transports)
       select account_id::text, account_id, 'Laptop', '', 0, '{}' from accounts where account_id = $1`,
      [accountId],
    );
    await page.getByRole('link', { name: 'Continue' }).click();
    await look('second-factor-on');
    await forgetProofs(site.server);
    await page.getByRole('button', { name: 'Renew…' }).click();
    await page.getByRole('button', { name: 'Renew the codes' }).click();
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    await look('confirm');
    await page.goto(`/accounts/${accountId}`);
    await look('account-of-admin');
    const late = { login: `late${width}@example.com`, password, account_type: 'admin' };
    const lateId = await registerAccount(site.server, late);
    await site.server.db.query(
      `update accounts set must_change_password = true, password_expires_at = now() - interval '1 hour'
       where account_id = $1`,
      [lateId],
    );
    await page.goto(`/accounts/${lateId}`);
    await look('account-expired');
    await page.getByRole('button', { name: 'Log out' }).click();
    await logIn(page, login, password);
    await page.getByRole('heading', { name: 'Second step' }).waitFor();
    await look('second-step');
    await page.getByRole('textbox', { name: 'Code' }).fill(codeOf(key, 1));
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.goto(`/accounts/${accountId}`);
    await page.getByRole('button', { name: 'Reset password…' }).click();
    await page.getByRole('button', { name: 'Reset password', exact: true }).click();
    await page.getByRole('heading', { name: 'New password' }).waitFor();
    await look('one-time-password');
  });
}

import { rootLogin, rootPassword } from '../servers/apiServer.ts';
import type { Sql } from '../../../db/sql/connection.ts';
import { basic } from '../rows/basic.ts';
import { patienceMs } from '../waitFor.ts';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export interface Visitor {
  readonly page: Page;
  /** What the browser complained of: scripts' errors, refused resources, broken security policy. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export interface VisitorOptions extends BrowserContextOptions {
  readonly url: string;
}

/** Somebody with a browser window of their own, who is not signed in. */
export async function createVisitor(browser: Browser, { url, ...options }: VisitorOptions): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: url,
    // Without a language of the machine the browser makes up one that Intl refuses.
    locale: 'en-GB',
    ...options,
  });
  // Of every page of this window.
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The page itself being a 401 or a 404 is what some tests are about.
    const isOwnAnswer =
      message.text().startsWith('Failed to load resource') && message.location().url === page.url();
    if (message.type() === 'error' && !isOwnAnswer) complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
}

export async function logIn(page: Page, login: string, password: string): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

/** A session as the log-in page makes one, at a third of its cost: that page has tests of its own. */
export async function startSession(page: Page, url: string, login: string, password: string): Promise<void> {
  const answer = await fetch(`${url}/4/login`, { method: 'POST', headers: basic(login, password) });
  const cookies = answer.headers.getSetCookie().map((line) => {
    const [name = '', value = ''] = line.split(';', 1)[0]?.split('=') ?? [];
    return { name, value, url };
  });
  if (!answer.ok || cookies.length === 0) throw new Error(`no session: ${await answer.text()}`);
  await page.context().addCookies(cookies);
}

/** Through the API, as a client would, and as if its password had been changed by its owner since; its id. */
export async function registerAccount(
  { url, db }: { readonly url: string; readonly db: Pick<Sql, 'execute'> },
  account: { login: string; password: string; account_type: string; description?: string },
): Promise<string> {
  const answer = await fetch(`${url}/4/accounts`, {
    method: 'POST',
    headers: { ...basic(rootLogin, rootPassword), 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  const { account_id } = (await answer.json()) as { account_id: string };
  await db.execute('update accounts set must_change_password = false where account_id = $1', [account_id]);
  return account_id;
}

/** As if every session had proven long ago who uses it. */
export async function forgetProofs({ db }: { readonly db: Pick<Sql, 'execute'> }): Promise<void> {
  await db.execute(`update sessions set sess = (sess::jsonb || '{"proven": 0, "provenThere": 0}')::json`);
}

import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';
import type { Page } from 'playwright-core';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../servers/apiServer.ts';
import { launchBrowser, type LaunchedBrowser } from './browser.ts';
import {
  logIn,
  registerAccount,
  createVisitor,
  startSession,
  type Visitor,
  type VisitorOptions,
} from './visitor.ts';

/** `url`: of another service than the file's own. */
type WindowOptions = Partial<VisitorOptions>;

/**
 * For a file of page tests: a service and a browser for all of them, and a visitor for each, who must have nothing to
 * complain of in the end.
 */
export function openSite(options: Parameters<typeof startApiServer>[0] = {}) {
  let server: ApiServer;
  let launched: LaunchedBrowser;
  let visitor: Visitor | undefined;
  let others: ApiServer[] = [];

  before(async () => {
    server = await startApiServer(options);
    launched = await launchBrowser();
  });
  afterEach(async () => {
    // Not every test needs one.
    const complaints = [...(visitor?.complaints ?? [])];
    await visitor?.close();
    visitor = undefined;
    // After the visitor: a page that is open asks again and again for what it cannot reach any more.
    await Promise.all(others.map((other) => other.close()));
    others = [];
    assert.deepEqual(complaints, []);
  });
  after(async () => {
    await launched.close();
    await server.close();
  });

  const visit = async (window: WindowOptions = {}): Promise<Page> => {
    visitor = await createVisitor(launched.browser, { url: server.url, ...window });
    return visitor.page;
  };

  return {
    get server(): ApiServer {
      return server;
    },
    get visitor(): Visitor {
      return visitor ?? assert.fail('nobody has come yet');
    },
    /** Another process of the same service, for the test that asks for it. */
    another: async (changes: typeof options = {}): Promise<ApiServer> => {
      const other = await startApiServer({ ...options, ...changes, besides: server });
      others.push(other);
      return other;
    },
    /** Opens a window for somebody who is not signed in. */
    visit,
    /** The same for an administrator, who has still to go somewhere. */
    signedIn: async (window: WindowOptions = {}): Promise<Page> => {
      const page = await visit(window);
      await startSession(page, window.url ?? server.url, rootLogin, rootPassword);
      return page;
    },

    /** Of an administrator who is registered for it, by the log-in page. */
    newAdmin: async (
      account: { readonly login: string; readonly password: string },
      window: WindowOptions = {},
    ): Promise<Page> => {
      await registerAccount(server, { ...account, account_type: 'admin' });
      const page = await visit(window);
      await logIn(page, account.login, account.password);
      await page.getByRole('heading', { name: 'Home' }).waitFor();
      return page;
    },
  };
}

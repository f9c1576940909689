import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../support/apiServer.ts';
import { createVisitor, logIn, registerAccount } from '../support/visitor.ts';
import { insertError, insertTask } from './taskRows.ts';

const evil = `"><img src=x onerror="document.title='pwned'"><script>document.title='pwned'</script>`;
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const folder = 'test/screenshots';

let site: ApiServer;
let browser: Browser;
let addresses: Record<string, string>;

before(async () => {
  site = await startApiServer();
  browser = await launchBrowser();
  mkdirSync(folder, { recursive: true });
  const running = await insertTask(site.db, { description: `Network upgrade ${evil}`, failed: 12 });
  await insertError(site.db, running, `broken ${evil}`);
  const failed = await insertTask(site.db, {
    state: 'failed',
    taskType: 4,
    content: { target: 'faces', filters: { user_data: evil, external_ids: [evil] }, store_results: false },
    failure: { desc: 'Too many objects failed', detail: evil },
  });
  await insertTask(site.db, { state: 'done', done: 1_000, resultId: '11111111-1111-4111-8111-111111111111' });
  await insertTask(site.db, { state: 'pending', done: 0, expected: 0 });
  const accountId = await registerAccount(site, {
    login: 'branch@example.com',
    password: 'secret',
    account_type: 'user',
    description: evil.slice(0, 128),
  });
  addresses = {
    home: '/',
    tasks: '/tasks/view',
    task: `/tasks/${running}/view`,
    'task-failed': `/tasks/${failed}/view`,
    'tasks-none': '/tasks/view?task_status=2',
    'new-extract': '/tasks/new',
    'new-extract-events': '/tasks/new?kind=extract-events',
    'new-gc-event-descriptors': '/tasks/new?kind=gc-event-descriptors',
    'new-gc-faces': '/tasks/new?kind=gc-faces',
    accounts: '/accounts',
    account: `/accounts/${accountId}`,
    password: '/password',
    help: '/version/view',
    'not-found': '/nowhere',
  };
});
after(async () => {
  await browser.close();
  await site.close();
});

for (const width of [1280, 390]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`every page can be used by everybody, ${colorScheme} and ${width} pixels wide`, async () => {
      const visitor = await createVisitor(browser, {
        url: site.url,
        colorScheme,
        viewport: { width, height: 800 },
        // A colour in the middle of its change has another contrast.
        reducedMotion: 'reduce',
      });
      const { page, complaints } = visitor;
      const look = async (name: string): Promise<void> => {
        const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        assert.deepEqual(found, [], `${name} has faults of accessibility`);
        const overhang = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        assert.ok(overhang <= 0, `${name} scrolls sideways by ${overhang} pixels`);
        await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
        assert.doesNotMatch(await page.title(), /pwned/, `${name} ran what was planted`);
        assert.deepEqual(complaints, [], `${name} made the browser complain`);
      };

      await page.goto('/login');
      assert.equal(await page.locator('html').getAttribute('data-bs-theme'), colorScheme);
      await look('login');
      await logIn(page, rootLogin, rootPassword);
      await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
      for (const [name, address] of Object.entries(addresses)) {
        await page.goto(address);
        await look(name);
      }
      await visitor.close();
    });
  }
}

test('markup in names, filters, failures and errors is shown as text', async () => {
  const visitor = await createVisitor(browser, { url: site.url });
  const { page } = visitor;
  await logIn(page, rootLogin, rootPassword);
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  for (const name of ['home', 'tasks', 'task', 'task-failed', 'accounts', 'account']) {
    await page.goto(addresses[name] ?? '');
    assert.match(await page.getByRole('main').innerText(), /<img src=x onerror/, `${name} shows the text`);
    assert.equal(await page.locator('img').count(), 0, `${name} made an element of it`);
  }
  await visitor.close();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSite } from '../support/browser/site.ts';
import { insertTask } from './taskRows.ts';

const site = openSite();

test('on paper a task, the audit, a preview and the reference have neither navigation nor buttons, black on white', async () => {
  const taskId = await insertTask(site.server.db, { state: 'running' });
  const page = await site.signedIn({ colorScheme: 'dark' });
  for (const path of [`/tasks/${taskId}/view`, '/audit/view', '/tasks/new', '/upgrades/new', '/docs/spec']) {
    await page.emulateMedia({ media: 'screen' });
    await page.goto(path);
    await page.evaluate(`document.documentElement.dataset.theme = 'dark'`);
    assert.ok((await page.getByRole('navigation').count()) > 0, `${path} has some on the screen`);
    await page.emulateMedia({ media: 'print' });
    for (const role of ['navigation', 'button', 'search'] as const) {
      assert.equal(await page.getByRole(role).count(), 0, `${path} prints a ${role}`);
    }
    const [ink, ground] = await page.evaluate<string[]>(
      `(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.body))`,
    );
    assert.deepEqual([ink, ground], ['rgb(0, 0, 0)', 'rgb(255, 255, 255)'], path);
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, path);
  }
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Child } from '../../commands/system/childProcess.ts';
import { launchBrowser, type LaunchedBrowser } from '../support/browser/browser.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { createVisitor, logIn } from '../support/browser/visitor.ts';
import { waitFor } from '../support/waitFor.ts';
import { startApi } from '../ops/processes.ts';

let engine: Engine;
let api: Child;
let launched: LaunchedBrowser;

before(async () => {
  engine = await startEngine({ workers: ['orchestrate,gc,extract'] });
  api = await startApi(engine, 'api');
  launched = await launchBrowser();
});
after(async () => {
  await launched.close();
  await api.stop();
  await engine.stop();
});

test('pages say that the worker was killed, and go on by themselves', async (t) => {
  const { accountId } = await engine.addFaces({ count: 20_000 });
  const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } }, 100);
  const visitor = await createVisitor(launched.browser, { url: api.url ?? '' });
  const home = visitor.page;
  await logIn(home, 'root@visionlabs.ai', 'root');
  await home.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  const task = await home.context().newPage();
  await task.goto(`/tasks/${taskId}/view`);
  const pages = [home, task];
  const words = pages.map((page) => page.getByText('No worker is running'));
  for (const page of pages) await page.getByText('live', { exact: true }).waitFor();
  for (const word of words) assert.equal(await word.count(), 0);

  await engine.running().halt('worker-1', 'SIGKILL');
  const killed = performance.now();
  await Promise.all(words.map((word) => word.waitFor()));
  t.diagnostic(`told after ${Math.round(performance.now() - killed)} ms`);
  const before = await engine.progressOf(taskId);

  await engine.running().resume('worker-1');
  await Promise.all(words.map((word) => word.waitFor({ state: 'detached' })));
  const done = task.locator('[data-live="objects_done"]');
  await waitFor(
    'the objects to go on',
    async () => Number((await done.innerText()).replaceAll(',', '')) > before,
  );
  assert.match(await done.innerText(), /^[\d,]+$/);
  assert.deepEqual(visitor.complaints, []);
  await visitor.close();
});

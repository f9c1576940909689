import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';
import { registerAccount } from '../support/browser/visitor.ts';
import { rootLogin } from '../support/servers/apiServer.ts';
import { insertError, insertTask, setState } from './taskRows.ts';

const site = openSite();

beforeEach(async () => {
  await site.server.db.query('truncate tasks, schedules restart identity cascade');
  await site.server.db.query('delete from accounts where login <> $1', [rootLogin]);
});

const tabsAtMost = 120;

/** Presses Tab until it has the focus, from wherever the focus is. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.first().waitFor();
  const isReached = wanted.and(page.locator(':focus'));
  for (let presses = 0; presses < tabsAtMost; presses += 1) {
    if ((await isReached.count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to ${String(wanted)}`);
}

/** Hands of somebody without a mouse. */
function keysOf(page: Page) {
  const to = (role: 'button' | 'link' | 'checkbox', name: string | RegExp): Promise<void> =>
    tabTo(page, page.getByRole(role, { name, exact: true }));
  return {
    press: async (role: 'button' | 'link', name: string | RegExp): Promise<void> => {
      await to(role, name);
      await page.keyboard.press('Enter');
    },
    tick: async (name: string): Promise<void> => {
      await to('checkbox', name);
      await page.keyboard.press('Space');
    },
    type: async (label: string, text: string): Promise<void> => {
      await tabTo(page, page.getByLabel(new RegExp(`^${label}( optional)?$`)));
      await page.keyboard.type(text);
    },
    said: (text: string | RegExp): Promise<void> => page.getByText(text).waitFor(),
  };
}

async function start(path: string) {
  const page = await site.signedIn();
  await page.goto(path);
  return { page, ...keysOf(page) };
}

const stateOf = async (taskId: number): Promise<string | undefined> => {
  const [row] = await site.server.db.query<{ state: string }>('select state from tasks where task_id = $1', [
    taskId,
  ]);
  return row?.state;
};

test('by keyboard alone a task is paused, resumed and cancelled', async () => {
  const taskId = await insertTask(site.server.db);
  const { press, said } = await start('/tasks/view');
  await press('link', /Extract face descriptors/);
  await press('button', 'Pause');
  await said('The task is being paused.');
  assert.equal(await stateOf(taskId), 'pausing');
  await press('button', 'Resume');
  await said('The task has resumed.');
  await press('button', 'Cancel…');
  await press('button', 'Cancel task');
  await said('The task is being cancelled.');
  assert.equal(await stateOf(taskId), 'cancelling');
});

test('by keyboard alone the errors of a task are retried', async () => {
  const taskId = await insertTask(site.server.db, { state: 'done', done: 990, failed: 10 });
  await insertError(site.server.db, taskId, 'no such file');
  const { press, said } = await start('/errors/view');
  await press('link', `Task ${taskId}`);
  await press('button', 'Retry failed objects');
  await said('The task has been retried.');
  assert.equal(await stateOf(taskId), 'pending');
});

test('by keyboard alone a failed task is acknowledged on the home page, with a note', async () => {
  const failure = { error_code: 28111, desc: 'Too many objects failed', detail: 'more than 20 %' };
  const taskId = await insertTask(site.server.db, { state: 'failed', failure });
  const { page, press, type, said } = await start('/');
  await press('button', /^Acknowledge/);
  await type('Note', 'disk full');
  await page.keyboard.press('Enter');
  await said(`Task ${taskId} was acknowledged.`);
});

test('by keyboard alone two tasks are compared', async () => {
  const [one, other] = [await insertTask(site.server.db), await insertTask(site.server.db)];
  const { page, press, tick } = await start('/tasks/view');
  await tick(`Select task ${other}`);
  await tick(`Select task ${one}`);
  await press('button', 'Compare two');
  await page.waitForURL(/\/tasks\/compare\?tasks=/);
});

test('by keyboard alone a schedule is created, run now and stopped', async () => {
  const { press, type, said } = await start('/schedules/view');
  await press('link', 'New schedule');
  await type('Cron expression', '0 4 * * SUN');
  await type('User data', 'vip');
  await press('button', 'Create schedule');
  await said('Schedule 1 was created and started.');
  await press('button', 'Run now');
  await said(/Task \d+ was created\./);
  await press('link', 'Schedules');
  await press('button', /^Stop/);
  await said('Schedule 1 was stopped.');
});

test('by keyboard alone an account is created and edited', async () => {
  await registerAccount(site.server, {
    login: 'first@example.com',
    password: 'secret',
    account_type: 'user',
  });
  const { page, press, type, said } = await start('/accounts');
  await press('link', 'New account');
  await type('Login', 'branch@example.com');
  await type('Password', 'violet harbour at noon');
  await page.keyboard.press('Enter');
  await said('The account branch@example.com was created.');
  await press('link', 'Edit');
  await type('Description', 'The branch in the north');
  await page.keyboard.press('Enter');
  await said('The account branch@example.com was changed.');
});

test('by keyboard alone everything is paused and resumed', async () => {
  const taskId = await insertTask(site.server.db);
  const { press, type, said } = await start('/');
  await press('button', 'Pause everything…');
  await type('Why', 'new disks');
  await press('button', 'Pause everything');
  await said('Everything is being paused.');
  assert.equal(await stateOf(taskId), 'pausing');
  await press('button', 'End maintenance');
  await said('The maintenance has ended');
});

test('by keyboard alone the network of a version is checked', async () => {
  const { press, said } = await start('/networks/view');
  await press('button', 'Check version 3');
  await said('Version 3 is being checked.');
});

test('by keyboard alone an extract is started in its form, with a rare field', async () => {
  const { page, press, type, said } = await start('/tasks/new');
  await type('User data', 'vip');
  await tabTo(page, page.locator('summary', { hasText: 'Advanced' }));
  await page.keyboard.press('Enter');
  await type('Maximum objects per second', '50');
  await press('button', 'Start extract');
  await said('was created.');
});

test('at night on a phone: what is stuck, why, and a pause, in three taps', async () => {
  const failure = { error_code: 28104, desc: 'Locked', detail: 'by session 17 of psql' };
  const taskId = await insertTask(site.server.db, { failure });
  await setState(site.server.db, taskId, 'running');
  await site.server.db.query("update tasks set stuck_since = now() - interval '1 hour' where task_id = $1", [
    taskId,
  ]);
  const page = await site.signedIn({ viewport: { width: 390, height: 800 } });
  await page.goto('/');
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await attention
    .getByRole('link', { name: new RegExp(`Task ${taskId}`) })
    .first()
    .click();
  await page.getByText('by session 17 of psql').first().waitFor();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('The task is being paused.').waitFor();
  assert.equal(await stateOf(taskId), 'pausing');
});

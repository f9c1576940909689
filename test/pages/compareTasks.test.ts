import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { insertError, insertTask } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';

const site = openSite();

beforeEach(() => site.server.db.query('delete from tasks'));

test('two tasks of the list are compared side by side, and what differs is marked', async () => {
  const db = site.server.db;
  const [one, other, third] = [
    await insertTask(db, { state: 'done', done: 1_000, failed: 2 }),
    await insertTask(db, { state: 'done', done: 1_000 }),
    await insertTask(db),
  ];
  await insertError(db, one, 'no such file');
  const page = await site.signedIn({ javaScriptEnabled: false });
  const compare = async (...ids: number[]): Promise<void> => {
    await page.goto('/tasks/view');
    for (const id of ids) await page.getByLabel(`Select task ${id}`, { exact: true }).check();
    await page.getByRole('button', { name: 'Compare two' }).click();
  };
  await compare(one);
  await page.getByText('Tick exactly two tasks to compare.').waitFor();
  await compare(one, other, third);
  await page.getByText('Tick exactly two tasks to compare.').waitFor();
  await compare(one, other);
  assert.match(new URL(page.url()).search, /^\?tasks=\d+,\d+$/);
  const row = (name: string) => page.getByRole('row', { name });
  await row('Failed').getByText('differs').waitFor();
  await row('28100 Sample missing').getByText('differs').waitFor();
  assert.equal(await row('Expected').getByText('differs').count(), 0);
  assert.equal(await row('descriptor version').first().getByText('differs').count(), 0);
  await page.goto(`/tasks/compare?tasks=${one},999999`);
  await page.getByText('Error code 28001').waitFor();
});

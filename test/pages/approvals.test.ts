import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { accountOfRole } from '../support/rows/accountOfRole.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { textsOf } from '../support/browser/textsOf.ts';
import { openSite } from '../support/browser/site.ts';
import { createClient, type Client } from '../support/servers/documentedClient.ts';

const site = openSite({ approvalObjects: 3 });
const plain = { javaScriptEnabled: false };
const removal = { content: { target: 'faces', filters: { user_data: 'old' } } };
let root: Client;
let second: Client;

before(async () => {
  root = await createClient(site.server.url);
  second = (await accountOfRole(root, site.server.url, 'admin', 'second@example.com')).call;
});

beforeEach(async () => {
  await site.server.db.query('truncate tasks, schedules, faces restart identity cascade');
  await addFaces(5);
});

const addFaces = (count: number): Promise<void> =>
  insertFaces(
    site.server.db,
    Array.from({ length: count }, () => buildFace({ userData: 'old' })),
  );
const order = async (as: Client): Promise<number> =>
  (await as('POST', '/4/tasks/gc', { body: removal })).body.task_id;
const approvalOf = async (taskId: number) => (await root('GET', `/4/tasks/${taskId}`)).body.approval;

for (const javaScriptEnabled of [true, false]) {
  test(`another administrator approves a removal from home on, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    const taskId = await order(second);
    const page = await site.signedIn({ javaScriptEnabled });
    await page.goto('/');
    await page
      .getByRole('link', { name: /Task 1, ordered by second@example\.com, awaits approval until/ })
      .click();
    const row = page.getByRole('row', { name: /^Objects/ });
    assert.deepEqual(await textsOf(row.getByRole('cell')), ['5', '5']);
    await page.getByRole('button', { name: 'Approve…' }).click();
    await page.getByText('Removes 5 objects.').waitFor();
    await page.getByRole('dialog', { name: 'Approve removal' }).getByLabel('Reason').fill('ticket 7');
    await page.getByRole('button', { name: 'Approve removal' }).click();
    await page.getByText('The removal was approved.').waitFor();
    await page.getByText('Approved by root@visionlabs.ai', { exact: true }).waitFor();
    assert.deepEqual(
      [(await approvalOf(taskId))?.state, (await approvalOf(taskId))?.reason],
      ['approved', 'ticket 7'],
    );
  });
}

test('a rejection needs a reason, and says on the page who gave it', async () => {
  const taskId = await order(second);
  const page = await site.signedIn(plain);
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByRole('button', { name: 'Reject…' }).click();
  await page.getByRole('button', { name: 'Reject removal' }).click();
  await page.getByText('Enter a reason.').waitFor();
  await page.getByRole('dialog', { name: 'Reject removal' }).getByLabel('Reason').fill('still needed');
  await page.getByRole('button', { name: 'Reject removal' }).click();
  await page.getByText('Rejected by root@visionlabs.ai', { exact: true }).waitFor();
  await page.getByText('still needed').first().waitFor();
  assert.equal((await approvalOf(taskId))?.state, 'rejected');
});

test('who ordered a removal is told that another administrator decides, and can cancel it', async () => {
  const taskId = await order(root);
  const page = await site.signedIn(plain);
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('You ordered it. Another administrator has to decide.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Approve…' }).count(), 0);
  await page.getByRole('button', { name: 'Cancel…' }).click();
  await page.getByRole('button', { name: 'Cancel task' }).click();
  await page.getByText('Withdrawn by root@visionlabs.ai', { exact: true }).waitFor();
});

test('what has come to match since is shown beside what was ordered, and its number is what is approved', async () => {
  const taskId = await order(second);
  await addFaces(2);
  const page = await site.signedIn(plain);
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('More objects are selected than when it was ordered: 7, not 5.').waitFor();
  await page.getByRole('button', { name: 'Approve…' }).click();
  await page.getByRole('dialog', { name: 'Approve removal' }).getByLabel('Reason').fill('ticket 7');
  await addFaces(1);
  await page.getByRole('button', { name: 'Approve removal' }).click();
  await page.getByText('Removal has grown: 8 objects are selected by now, not 7').waitFor();
  assert.equal((await approvalOf(taskId))?.state, 'waiting');
});

test('the list of tasks shows it with its state, by which it can be filtered', async () => {
  await order(second);
  const page = await site.signedIn(plain);
  await page.goto('/tasks/view?state=awaiting_approval');
  const rows = page.getByRole('table', { name: 'Tasks' });
  await rows.getByText('Awaiting approval').waitFor();
  await page.goto('/tasks/view?state=running');
  await page.getByText('No task matches all of these conditions.').waitFor();
});

test('the form of a removal says beforehand that it needs an approval', async () => {
  const page = await site.signedIn(plain);
  await page.goto('/tasks/new?kind=gc-faces&user_data=old');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('This removal needs the approval of another administrator.').waitFor();
});

test('a schedule of removals is approved on its page', async () => {
  const made = await second('POST', '/4/tasks/schedules', {
    body: { task_type: 4, ...removal, cron: '0 3 * * *' },
  });
  const id = made.body.schedule_id ?? 0;
  const page = await site.signedIn(plain);
  await page.goto('/');
  await page.getByRole('link', { name: /Schedule 1, ordered by second@example\.com/ }).click();
  await page.getByText('None until it is approved.').waitFor();
  await page.getByRole('button', { name: 'Approve…' }).click();
  await page.getByRole('dialog', { name: 'Approve removal' }).getByLabel('Reason').fill('retention');
  await page.getByRole('button', { name: 'Approve removal' }).click();
  await page.getByText('The schedule was approved.').waitFor();
  assert.equal((await root('GET', `/4/tasks/schedules/${id}`)).body.approval?.state, 'approved');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic } from '../../support/rows/basic.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { openTasks, oldVersion } from '../tasks/openTasks.ts';

const { api, call, create, setTask } = await openTasks();

const turn = (body: object) => call('PUT', '/4/maintenance', { body });

test('an admin pauses everything with a note, and the audit says who did it and who ended it', async () => {
  const running = await create();
  await setTask(running, "state = 'running', admitted = true");
  api.told.length = 0;
  const first = (await turn({ active: true, note: 'new disks' })).body;
  assert.deepEqual(
    [first.active, first.started_by, first.note, first.paused_tasks],
    [true, rootLogin, 'new disks', 1],
  );
  const again = (await turn({ active: true, note: 'new disks, and memory' })).body;
  assert.deepEqual([again.start_time, again.note], [first.start_time, 'new disks, and memory']);
  const later = await create();
  assert.equal((await call('GET', `/4/tasks/${later}`)).body.held_by_maintenance, true);
  assert.deepEqual(
    api.told.map(({ call: what, taskId }) => [what, taskId]),
    [['control', running]],
    'what waits is not started',
  );
  const over = (await turn({ active: false })).body;
  assert.deepEqual(
    [over.active, over.start_time, over.started_by, over.note, over.paused_tasks],
    [false, null, null, null, 0],
  );
  assert.deepEqual(
    api.told
      .slice(1)
      .map(({ call: what, taskId }) => `${what} ${taskId}`)
      .sort(),
    [`control ${running}`, `start ${later}`].sort(),
  );
  await turn({ active: false });
  const { entries } = (await call('GET', '/4/audit?object_type=maintenance')).body;
  assert.deepEqual(
    entries.map(({ action, login }) => [action, login]),
    ['maintenance.end', 'maintenance.note', 'maintenance.start'].map((action) => [action, rootLogin]),
  );
  const acts = (await call('GET', `/4/audit?object_type=task&object_id=${running}`)).body.entries;
  assert.deepEqual(
    acts.slice(0, 2).map(({ action, login }) => [action, login]),
    [
      ['task.resume', 'maintenance'],
      ['task.pause', 'maintenance'],
    ],
  );
});

test('a maintenance is switched while the engine is away', async () => {
  const running = await create();
  await setTask(running, "state = 'running', admitted = true");
  api.setEngine(false);
  assert.equal((await turn({ active: true })).body.paused_tasks, 1);
  assert.equal((await turn({ active: false })).body.paused_tasks, 0);
});

test('a switch without a position, or with something else beside it, is refused', async () => {
  for (const [body, code] of [
    [{}, 12003],
    [{ active: 'yes' }, 12022],
    [{ active: true, until: 'tomorrow' }, 12022],
    [{ active: true, note: 'x'.repeat(257) }, 12022],
  ] as const) {
    const answer = await turn(body);
    assert.deepEqual([answer.status, answer.body.error_code], [400, code], JSON.stringify(body));
  }
});

test('every page says who has paused everything and why, and strangers are told nothing', async () => {
  const pageOf = async (path: string, headers = {}): Promise<string> =>
    (await fetch(`${api.url}${path}`, { headers: { accept: 'text/html', ...headers } })).text();
  const signedIn = basic(rootLogin, rootPassword);
  const taskId = await create(oldVersion);
  await turn({ active: true, note: '<disks>' });
  for (const path of [
    '/',
    '/tasks/view',
    '/accounts',
    '/audit/view',
    `/tasks/${taskId}/view`,
    '/no/such/page',
  ])
    assert.match(
      await pageOf(path, signedIn),
      /Maintenance<\/strong> since .* by root@.*: &lt;disks&gt;\./,
      path,
    );
  assert.doesNotMatch(await pageOf('/login'), /Maintenance/);
  await turn({ active: false });
  assert.doesNotMatch(await pageOf('/', signedIn), /Maintenance<\/strong>/);
});

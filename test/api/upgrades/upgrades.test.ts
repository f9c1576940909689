import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { basic } from '../../support/rows/basic.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { insertUpgrade, moveStep, type UpgradeRowOptions } from '../../pages/upgradeRows.ts';

const { api, call } = await openApi();

beforeEach(() => api.db.query('truncate tasks, upgrades cascade'));

const waitingForSwitch: Partial<UpgradeRowOptions> = {
  ...{ step: 'switch', state: 'waiting', stepState: 'waiting' },
  tasks: { extract: { state: 'done', expected: 1_000, done: 990, failed: 10 } },
};

const refusedWith = async (method: string, path: string, body?: unknown) => {
  const answer = await call(method, path, body === undefined ? {} : { body });
  return [answer.status, answer.body.error_code];
};

const pageOf = async (path: string): Promise<string> => {
  const headers = { ...basic(rootLogin, rootPassword), accept: 'text/html' };
  return (await fetch(`${api.url}${path}`, { headers })).text();
};

test('an upgrade needs nothing but the version, and is kept while the engine is away', async () => {
  api.setEngine(false);
  const { status, headers, body } = await call('POST', '/4/upgrades', { body: { to_version: 3 } });
  api.setEngine(true);
  assert.equal(status, 201);
  assert.equal(headers.get('location'), `/4/upgrades/${body.upgrade_id}`);
  const { objects, from_version, to_version, step, waits_for, actions, progress, login } = body;
  assert.deepEqual(
    { objects, from_version, to_version, step, waits_for, actions, progress, login },
    {
      ...{ objects: ['faces', 'events'], from_version: 1, to_version: 3, step: 'check', waits_for: null },
      ...{ actions: ['pause', 'roll_back'], progress: null, login: rootLogin },
    },
  );
  assert.deepEqual([body.state, body.counted_step, body.task_ids], ['running', null, []]);
  assert.deepEqual(body.settings, {
    ...{ approve_before: ['switch', 'remove'], min_coverage: 0.99, max_failed: 0.01 },
    ...{
      watch_seconds: 604_800,
      objects_per_second: null,
      error_budget: null,
      undo_window: '7d',
      priority: 3,
    },
  });
  assert.deepEqual(
    body.steps.map(({ step_no, step: name, state }) => [step_no, name, state]),
    [[1, 'check', 'running']],
  );
});

test('what is asked for is kept as it was asked for', async () => {
  const { body } = await call('POST', '/4/upgrades', {
    body: {
      ...{ kind: 'face', from_version: 1, to_version: 3, objects: ['events'], approve_before: ['remove'] },
      ...{ min_coverage: 0.5, max_failed: 0, watch_for: '12h', objects_per_second: 50, priority: 1 },
    },
  });
  assert.deepEqual(body.objects, ['events']);
  assert.deepEqual(body.settings, {
    ...{ approve_before: ['remove'], min_coverage: 0.5, max_failed: 0, watch_seconds: 43_200 },
    ...{ objects_per_second: 50, error_budget: null, undo_window: '7d', priority: 1 },
  });
});

test('an upgrade that cannot be is refused with the reason, and leaves nothing', async () => {
  const refusals: readonly [object, number, number][] = [
    [{}, 400, 12003],
    [{ to_version: 1 }, 400, 12022],
    [{ to_version: 3, min_coverage: 2 }, 400, 12022],
    [{ to_version: 3, watch_for: 'soon' }, 400, 12022],
    [{ to_version: 3, watch_for: '9999w' }, 400, 12022],
    [{ to_version: 3, objects: [] }, 400, 12022],
    [{ to_version: 3, unknown: true }, 400, 12022],
    [{ to_version: 102, kind: 'body', objects: ['faces'] }, 400, 28033],
    [{ to_version: 101, kind: 'body', from_version: 102, objects: ['faces'] }, 400, 12022],
    [{ to_version: 2 }, 400, 28033],
    [{ to_version: 101 }, 400, 28033],
  ];
  for (const [body, status, code] of refusals)
    assert.deepEqual(await refusedWith('POST', '/4/upgrades', body), [status, code], JSON.stringify(body));
  assert.equal((await call('GET', '/4/upgrades')).body.upgrade_count, 0);
});

test('an upgrade that is not there is not found', async () => {
  assert.deepEqual(await refusedWith('GET', '/4/upgrades/999999'), [404, 28043]);
  assert.deepEqual(await refusedWith('PATCH', '/4/upgrades/999999', { action: 'pause' }), [404, 28043]);
});

test('a second upgrade of a kind is refused until the first is over', async () => {
  const { upgrade_id } = (await call('POST', '/4/upgrades', { body: { to_version: 3 } })).body;
  assert.deepEqual(await refusedWith('POST', '/4/upgrades', { to_version: 3 }), [409, 28044]);
  await api.db.query("update upgrades set state = 'rolled_back', end_time = now() where upgrade_id = $1", [
    upgrade_id,
  ]);
  assert.equal((await call('POST', '/4/upgrades', { body: { to_version: 3 } })).status, 201);
});

test('a gc of a version that an upgrade is about is refused, and accepted when it is over', async () => {
  const { upgradeId } = await insertUpgrade(api.db);
  const gcOf = (version: number) => ({
    content: { target: 'face_descriptors', filters: { descriptor_version: version } },
  });
  for (const version of [1, 3])
    assert.deepEqual(await refusedWith('POST', '/4/tasks/gc', gcOf(version)), [409, 28044]);
  await moveStep(api.db, upgradeId, { state: 'done', stepState: 'done' });
  assert.equal((await call('POST', '/4/tasks/gc', { body: gcOf(1) })).status, 201);
});

test('the list has the newest first, page by page, with the progress and the count', async () => {
  await insertUpgrade(api.db, { ...waitingForSwitch, state: 'rolled_back' });
  await insertUpgrade(api.db, { ...waitingForSwitch, state: 'done' });
  const newest = await insertUpgrade(api.db, waitingForSwitch);
  const { body } = await call('GET', '/4/upgrades?page=1&page_size=2');
  assert.equal(body.upgrade_count, 3);
  assert.deepEqual(
    body.upgrades.map(({ state, waits_for, counted_step }) => [state, waits_for, counted_step]),
    [
      ['waiting', 'approval', 'extract'],
      ['done', null, 'extract'],
    ],
  );
  const [first] = body.upgrades;
  assert.deepEqual(first?.task_ids, newest.taskIds);
  assert.deepEqual([first.progress?.objects_done, first.progress?.objects_failed], [990, 10]);
  const rest = (await call('GET', '/4/upgrades?page=2&page_size=2')).body;
  assert.deepEqual(
    rest.upgrades.map(({ state }) => state),
    ['rolled_back'],
  );
});

test('an upgrade is acted on as its actions say, and everything else is refused', async () => {
  const { upgradeId } = await insertUpgrade(api.db, waitingForSwitch);
  const act = async (action: string, step?: string) => {
    const { status, body } = await call('PATCH', `/4/upgrades/${upgradeId}`, {
      body: { action, ...(step === undefined ? {} : { step }) },
    });
    return [status, body.state, body.step];
  };
  assert.deepEqual(
    await refusedWith('PATCH', `/4/upgrades/${upgradeId}`, { action: 'resume' }),
    [400, 28045],
  );
  assert.deepEqual(
    await refusedWith('PATCH', `/4/upgrades/${upgradeId}`, { action: 'repeat', step: 'remove' }),
    [400, 28045],
  );
  assert.deepEqual(await refusedWith('PATCH', `/4/upgrades/${upgradeId}`, { action: 'stop' }), [400, 12022]);
  assert.deepEqual(await act('pause'), [200, 'paused', 'switch']);
  assert.deepEqual(await act('resume'), [200, 'waiting', 'switch']);
  assert.deepEqual(await act('approve'), [200, 'running', 'switch']);
  await moveStep(api.db, upgradeId, { state: 'waiting', stepState: 'undecided' });
  assert.deepEqual(await act('repeat', 'verify'), [200, 'running', 'verify']);
  assert.deepEqual(await act('roll_back'), [200, 'rolling_back', 'verify']);
  assert.deepEqual(await refusedWith('PATCH', `/4/upgrades/${upgradeId}`, { action: 'pause' }), [400, 28045]);
  const { entries } = (await call('GET', `/4/audit?object_type=upgrade&object_id=${upgradeId}`)).body;
  assert.deepEqual(
    entries.map(({ action, login, before, after }) => [action, login, before, after]),
    [
      ['upgrade.roll_back', rootLogin, { state: 'running', step: 'verify' }, null],
      ['upgrade.repeat', rootLogin, { state: 'waiting', step: 'switch' }, { step: 'verify' }],
      ['upgrade.approve', rootLogin, { state: 'waiting', step: 'switch' }, null],
      ['upgrade.resume', rootLogin, { state: 'paused', step: 'switch' }, null],
      ['upgrade.pause', rootLogin, { state: 'waiting', step: 'switch' }, null],
    ],
  );
});

test('the audit says who began an upgrade, and with which settings', async () => {
  const { upgrade_id } = (await call('POST', '/4/upgrades', { body: { to_version: 3, priority: 1 } })).body;
  const { entries } = (await call('GET', `/4/audit?action=upgrade.create&object_id=${upgrade_id}`)).body;
  const after = entries[0]?.after as Record<string, unknown>;
  assert.deepEqual(
    [entries.length, after['from_version'], after['to_version'], after['priority']],
    [1, 1, 3, 1],
  );
});

test('a task says of which upgrade it is a part, in the API and on its page', async () => {
  const { upgradeId, taskIds } = await insertUpgrade(api.db, waitingForSwitch);
  const [taskId = 0] = taskIds;
  assert.equal((await call('GET', `/4/tasks/${taskId}`)).body.upgrade_id, upgradeId);
  const listed = (await call('GET', '/4/tasks')).body.tasks;
  assert.deepEqual(
    listed.map(({ task_id, upgrade_id }) => [task_id, upgrade_id]),
    [[taskId, upgradeId]],
  );
  const link = new RegExp(`<a href="/upgrades/${upgradeId}/view">Upgrade ${upgradeId}</a>`);
  assert.match(await pageOf(`/tasks/${taskId}/view`), link);
  assert.match(
    await pageOf('/tasks/view'),
    new RegExp(`Upgrade ${upgradeId}, version 1 to 3: extract faces`),
  );
});

test('a task says which schedule has made it', async () => {
  const [schedule] = await api.db.query<{ schedule_id: number }>(
    `insert into schedules (task_type, content, cron, time_zone, active)
     values (4, '{}', '0 4 * * *', 'UTC', false) returning schedule_id`,
  );
  const { taskIds } = await insertUpgrade(api.db, waitingForSwitch);
  await api.db.query('update tasks set upgrade_id = null, schedule_id = $1', [schedule?.schedule_id]);
  const page = await pageOf(`/tasks/${taskIds[0]}/view`);
  assert.match(
    page,
    new RegExp(`/schedules/${schedule?.schedule_id}/view">Schedule ${schedule?.schedule_id}</a>`),
  );
});

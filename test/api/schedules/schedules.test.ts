import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { nextRuns } from '../../../platform/cron.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();
beforeEach(() => api.db.query('truncate schedules, tasks restart identity cascade'));

const nightly = {
  task_type: 4,
  cron: '30 2 * * *',
  time_zone: 'Europe/Berlin',
  content: { target: 'faces', filters: { create_time__lt: 'now-90d' } },
};
const weekly = {
  task_type: 5,
  cron: '0 4 * * SUN',
  content: {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3 },
    filters: { objects_type: 'faces' },
  },
};

const create = (body: object = nightly) => call('POST', '/4/tasks/schedules', { body });

test('a schedule is made without the engine and shown with its next five runs', async () => {
  api.setEngine(false);
  const before = new Date();
  const answer = await create({ ...nightly, description: 'retention' });
  api.setEngine(true);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  assert.equal(answer.headers.get('location'), '/4/tasks/schedules/1');
  const { body } = answer;
  assert.deepEqual(
    [body.schedule_id, body.overlap_policy, body.active, body.followed, body.last_run, body.description],
    [1, 'skip', true, false, null, 'retention'],
  );
  assert.deepEqual(body.content, nightly.content, 'relative times stay relative');
  assert.deepEqual(
    body.next_runs,
    nextRuns(nightly.cron, 'Europe/Berlin', before, 5).map((run) => run.toISOString()),
  );
  assert.deepEqual((await call('GET', '/tasks/schedules/1')).body, body);
  assert.equal((await call('GET', '/4/tasks/count')).body.count, 0);
});

test('schedules are listed newest first, in pages, with their count', async () => {
  for (let n = 0; n < 3; n++) await create(n === 1 ? weekly : nightly);
  const { body } = await call('GET', '/4/tasks/schedules?page_size=2');
  assert.deepEqual(
    [body.schedules.map((one) => [one.schedule_id, one.task_type, one.time_zone]), body.schedule_count],
    [
      [
        [3, 4, 'Europe/Berlin'],
        [2, 5, 'UTC'],
      ],
      3,
    ],
  );
  assert.equal((await call('GET', '/4/tasks/schedules?page=2&page_size=2')).body.schedules.length, 1);
});

test('a schedule is replaced, stopped and started, and removed, each with its line in the audit', async () => {
  await create();
  const stopped = await call('PATCH', '/4/tasks/schedules/1', { body: { action: 'stop' } });
  assert.deepEqual([stopped.status, stopped.body.active, stopped.body.next_runs], [200, false, []]);
  await call('PATCH', '/4/tasks/schedules/1', { body: { action: 'stop' } });
  const replaced = await call('PUT', '/4/tasks/schedules/1', {
    body: { ...weekly, overlap_policy: 'buffer_one' },
  });
  assert.deepEqual(
    [replaced.body.task_type, replaced.body.overlap_policy, replaced.body.time_zone, replaced.body.active],
    [5, 'buffer_one', 'UTC', false],
  );
  const started = await call('PATCH', '/4/tasks/schedules/1', { body: { action: 'start' } });
  assert.equal(started.body.next_runs.length, 5);
  assert.deepEqual((await call('DELETE', '/4/tasks/schedules/1')).body, {});

  for (const [method, body] of [
    ['GET', undefined],
    ['PUT', nightly],
    ['PATCH', { action: 'start' }],
    ['DELETE', undefined],
  ] as const) {
    const gone = await call(method, '/4/tasks/schedules/1', body === undefined ? {} : { body });
    assert.deepEqual([gone.status, gone.body.error_code], [404, 28036], method);
  }
  assert.deepEqual((await call('GET', '/4/tasks/schedules')).body.schedules, []);
  const { entries } = (await call('GET', '/4/audit?object_type=schedule&object_id=1')).body;
  assert.deepEqual(
    entries.slice(0, 5).map(({ action }) => action),
    ['schedule.remove', 'schedule.start', 'schedule.replace', 'schedule.stop', 'schedule.create'],
  );
  const [, , replacing] = entries;
  assert.equal((replacing?.before as { cron: string }).cron, nightly.cron);
  assert.equal((replacing?.after as { cron: string }).cron, weekly.cron);
});

test('a change that names what was read is refused once somebody else has changed it', async () => {
  const read = (await create()).headers.get('etag') ?? '';
  assert.equal((await call('GET', '/4/tasks/schedules/1')).headers.get('etag'), read);
  const replaced = await call('PUT', '/4/tasks/schedules/1', { body: weekly, headers: { 'if-match': read } });
  const now = replaced.headers.get('etag') ?? '';
  assert.equal(replaced.status, 200);
  assert.notEqual(now, read);
  for (const [method, body] of [
    ['PUT', nightly],
    ['PATCH', { action: 'stop' }],
    ['PATCH', { action: 'start' }],
    ['DELETE', undefined],
  ] as const) {
    for (const tag of [read, `W/${now}`, 'word']) {
      const headers = { 'if-match': tag };
      const late = await call(
        method,
        '/4/tasks/schedules/1',
        body === undefined ? { headers } : { body, headers },
      );
      assert.deepEqual([late.status, late.body.error_code], [412, 28037], `${method} ${tag}`);
    }
  }
  const { body: kept, headers } = await call('GET', '/4/tasks/schedules/1');
  assert.deepEqual([kept.cron, kept.active, headers.get('etag')], [weekly.cron, true, now]);

  const stop = { action: 'stop' };
  const stopped = await call('PATCH', '/4/tasks/schedules/1', {
    body: stop,
    headers: { 'if-match': `${read}, ${now}` },
  });
  assert.equal(stopped.body.active, false);
  const replacedAny = await call('PUT', '/4/tasks/schedules/1', {
    body: nightly,
    headers: { 'if-match': '*' },
  });
  assert.equal(replacedAny.status, 200);
  const tag = replacedAny.headers.get('etag') ?? '';
  assert.equal((await call('DELETE', '/4/tasks/schedules/1', { headers: { 'if-match': tag } })).status, 200);
});

test('what could never run is refused when it is made, and by its place', async () => {
  for (const [body, code, place] of [
    [{ ...nightly, cron: '61 * * * *' }, 12022, 'cron'],
    [{ ...nightly, cron: '0 0 30 2 *' }, 12022, 'cron'],
    [{ ...nightly, cron: '@daily' }, 12022, 'cron'],
    [{ ...nightly, cron: 5 }, 12022, 'cron'],
    [{ ...nightly, time_zone: 'Nowhere/City' }, 12022, 'time_zone'],
    [{ ...nightly, time_zone: '+02:00' }, 12022, 'time_zone'],
    [{ ...nightly, overlap_policy: 'terminate' }, 12022, 'overlap_policy'],
    [{ ...nightly, action: 'stop' }, 12022, 'action'],
    [{ ...nightly, task_type: 6 }, 12022, 'task_type'],
    [{ ...nightly, task_type: 5 }, 12003, 'content.extraction_target'],
    [{ cron: nightly.cron, content: nightly.content }, 12003, 'task_type'],
    [{ task_type: 4, content: nightly.content }, 12003, 'cron'],
    [{ ...nightly, content: { target: 'faces', filters: {} } }, 28034, 'content.filters'],
    [
      { ...nightly, content: { target: 'faces', filters: { create_time__lt: 'soon' } } },
      12022,
      'content.filters',
    ],
    [
      { ...weekly, content: { ...weekly.content, options: { descriptor_version: 9 } } },
      28033,
      'content.options.descriptor_version',
    ],
  ] as const) {
    const answer = await create(body);
    assert.deepEqual([answer.status, answer.body.error_code], [400, code], JSON.stringify(answer.body));
    assert.ok(answer.body.detail.includes(place), answer.body.detail);
  }
  for (const path of ['/4/tasks/schedules', '/4/tasks/preview']) {
    const { detail } = (await call('POST', path, { body: { ...nightly, task_type: 6 } })).body;
    assert.ok(detail.includes("Path: 'task_type' message: 'must be one of 4, 5'"), detail);
  }
  assert.equal((await call('GET', '/4/tasks/schedules')).body.schedule_count, 0);
  await create();
  for (const [body, code] of [
    [{}, 12003],
    [{ action: 'pause' }, 12022],
    [{ action: 'stop', cron: '* * * * *' }, 12022],
    ['', 12005],
  ] as const) {
    assert.equal((await call('PATCH', '/4/tasks/schedules/1', { body })).body.error_code, code);
  }
  assert.equal((await call('GET', '/4/tasks/schedules/first')).body.error_code, 12013);
});

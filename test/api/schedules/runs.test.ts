import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();
beforeEach(async () => {
  await api.db.query('truncate schedules, tasks restart identity cascade');
  await call('POST', '/4/tasks/schedules', { body: nightly });
});

const nightly = {
  task_type: 4,
  cron: '30 2 * * *',
  content: { target: 'faces', filters: { create_time__lt: 'now-90d' } },
};
const address = '/4/tasks/schedules/1';
const runsOf = async () => (await call('GET', `${address}/runs`)).body;
const audited = async (objectType: string, action: string) =>
  (await call('GET', `/4/audit?object_type=${objectType}&action=${action}`)).body.entries;

test('a schedule is run by hand while the engine is away, stopped or not, and its history says by whom', async () => {
  await call('PATCH', address, { body: { action: 'stop' } });
  api.setEngine(false);
  const answer = await call('POST', `${address}/run`, {});
  api.setEngine(true);
  assert.deepEqual([answer.status, answer.body], [201, { task_id: 1 }]);
  assert.equal(answer.headers.get('location'), '/4/tasks/1');
  const task = (await call('GET', '/4/tasks/1')).body;
  assert.deepEqual([task.schedule_id, task.state], [1, 'pending']);

  const { runs, run_count } = await runsOf();
  assert.equal(run_count, 1);
  const [run] = runs;
  assert.deepEqual([run?.outcome, run?.task_id, run?.task_state, run?.why], ['started', 1, 'pending', null]);
  const [line] = await audited('schedule', 'schedule.run');
  assert.equal(line?.login, run?.login);
  assert.deepEqual(line?.after, { task_id: 1 });
  const [made] = await audited('task', 'task.create');
  assert.equal(made?.login, run?.login, 'it was made by who asked');
  assert.equal((await call('GET', address)).body.last_run, null, 'no time of it has come');
});

test('a run by hand is refused beside the previous run, unless the policy or who asks allows both', async () => {
  await call('POST', `${address}/run`, {});
  const refused = await call('POST', `${address}/run`, { body: { even_if_active: false } });
  assert.deepEqual([refused.status, refused.body.error_code], [409, 28047]);
  assert.match(refused.body.detail, /task 1 of schedule 1 has not ended/);
  await call('PUT', address, { body: { ...nightly, overlap_policy: 'buffer_one' } });
  assert.equal((await call('POST', `${address}/run`, {})).status, 409);
  assert.deepEqual((await call('POST', `${address}/run`, { body: { even_if_active: true } })).body, {
    task_id: 2,
  });
  await call('PUT', address, { body: { ...nightly, overlap_policy: 'allow_all' } });
  assert.equal((await call('POST', `${address}/run`, {})).status, 201);
  assert.equal((await runsOf()).run_count, 3, 'what was refused is no run');
});

test('the history has pages, newest first, and says why nothing came of a time', async () => {
  await api.db.query(
    `insert into schedule_runs (schedule_id, scheduled_time, run_time, outcome, task_id, blocking_task_id, blocking_time,
       failure, reason, away_from, away_until)
     values (1, '2026-05-01T02:30Z', '2026-05-01T02:30Z', 'started', 17, null, null, null, null, null, null),
       (1, '2026-05-02T02:30Z', '2026-05-02T02:30Z', 'skipped', null, 17, null, null, null, null, null),
       (1, '2026-05-03T02:30Z', '2026-05-03T09:30Z', 'missed', null, null, null, null, 'workers_away',
         '2026-05-03T02:00Z', '2026-05-03T06:00Z'),
       (1, '2026-05-04T02:30Z', '2026-05-04T02:30Z', 'failed', null, null, null,
         '{"error_code": 28033, "desc": "No extractor", "detail": "version 9"}', null, null, null),
       (1, '2026-05-05T02:30Z', '2026-05-05T05:00Z', 'started', 18, null, null, null, null, null, null),
       (1, '2026-05-06T02:30Z', '2026-05-06T05:00Z', 'started', 19, 18, null, null, null, null, null),
       (1, '2026-05-07T02:30Z', '2026-05-07T02:30Z', 'skipped', null, null, '2026-05-06T02:30Z', null, null, null, null),
       (1, '2026-05-08T02:30Z', '2026-05-08T03:30Z', 'missed', null, null, null, null, 'temporal_away', null, null),
       (1, '2026-05-09T02:30Z', '2026-05-09T03:30Z', 'skipped', null, 19, null, null, 'stopped', null, null),
       (1, '2026-05-10T02:30Z', '2026-05-10T03:30Z', 'skipped', null, 19, null, null, 'changed', null, null)`,
  );
  const { runs, run_count } = await runsOf();
  assert.equal(run_count, 10);
  assert.deepEqual(
    runs.map(({ outcome, why }) => [outcome, why]),
    [
      ['skipped', 'Waited for task 19 until the times of the schedule were changed.'],
      ['skipped', 'Waited for task 19 until the schedule was stopped.'],
      ['missed', 'Workers ran, but Temporal started no run: it was away, or the schedule was paused there.'],
      ['skipped', 'The run of 2026-05-06 02:30 UTC had not begun yet.'],
      ['started', 'Waited for task 18 to end.'],
      ['started', 'Caught up at 2026-05-05 05:00 UTC.'],
      ['failed', 'No extractor: version 9.'],
      ['missed', 'No worker ran from 2026-05-03 02:00 UTC to 2026-05-03 06:00 UTC.'],
      ['skipped', 'Task 17 of the previous run was still active.'],
      ['started', null],
    ],
  );
  const page = (await call('GET', `${address}/runs?page=2&page_size=3`)).body;
  assert.deepEqual(
    page.runs.map(({ scheduled_time }) => scheduled_time.slice(0, 10)),
    ['2026-05-07', '2026-05-06', '2026-05-05'],
  );
  const unknown = await call('GET', '/4/tasks/schedules/99/runs');
  assert.deepEqual([unknown.status, unknown.body.error_code], [404, 28036]);
  assert.equal((await call('POST', '/4/tasks/schedules/99/run', {})).body.error_code, 28036);
});

test('how late a time may be caught up is a setting of the schedule, ten minutes if nothing is said', async () => {
  assert.equal((await call('GET', address)).body.catch_up_window, '10m');
  const set = await call('PUT', address, { body: { ...nightly, catch_up_window: '1d' } });
  assert.equal(set.body.catch_up_window, '1d');
  for (const [window, why] of [
    ['30s', /must be a minute or more/],
    ['400d', /such as 7d, and at most one year/],
    ['soon', /catch_up_window/],
  ] as const) {
    const refused = await call('PUT', address, { body: { ...nightly, catch_up_window: window } });
    assert.deepEqual([refused.status, refused.body.error_code], [400, 12022], window);
    assert.match(refused.body.detail, why);
  }
});

test('of a schedule that runs often the newest thousand runs are kept', async () => {
  await api.db.query(
    `insert into schedule_runs (schedule_id, scheduled_time, outcome)
     select 1, '2026-01-01'::timestamptz + n * interval '1 minute', 'skipped' from generate_series(1, 1000) n`,
  );
  await call('POST', `${address}/run`, {});
  const { runs, run_count } = await runsOf();
  assert.deepEqual([run_count, runs[0]?.outcome], [1_000, 'started']);
  const [oldest] = await api.db.query<{ time: Date }>(
    'select min(scheduled_time) as time from schedule_runs',
  );
  assert.equal(oldest?.time.toISOString(), '2026-01-01T00:02:00.000Z');
});

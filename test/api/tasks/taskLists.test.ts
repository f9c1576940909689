import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newVersion, oldVersion, openTasks } from './openTasks.ts';

const { api, call, create, setTask } = await openTasks();

test('lists are newest first, in pages, and a page past the end is empty', async () => {
  for (let i = 0; i < 12; i++) await create();
  const ids = async (query: string) =>
    (await call('GET', `/4/tasks${query}`)).body.tasks.map((task) => task.task_id);
  assert.deepEqual(await ids(''), [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
  assert.deepEqual(await ids('?page=2'), [2, 1]);
  assert.deepEqual(await ids('?page=2&page_size=5'), [7, 6, 5, 4, 3]);
  assert.deepEqual(await ids('?page=1000000000000000000&page_size=1000'), []);
});

test('a gc of a version that an open extract needs is refused by the name of that task, and the preview says so before', async () => {
  const extract = await create(newVersion, '/4/tasks/additional_extract');
  const { content } = oldVersion;
  for (const [path, body] of [
    ['/4/tasks/gc', oldVersion],
    ['/4/tasks/preview', { task_type: 4, content }],
    ['/4/tasks/gc', { content: { ...content, filters: { descriptor_version: 3 } } }],
  ] as const) {
    const answer = await call('POST', path, { body });
    assert.deepEqual([answer.status, answer.body.error_code], [409, 28038], path);
    assert.match(
      answer.body.detail,
      new RegExp(`^task ${extract} \\(extract, pending\\) needs the face descriptors`),
    );
  }
  await setTask(extract, "state = 'done'");
  const gc = await create();
  const retry = await call('PATCH', `/4/tasks/${extract}`, { body: { action: 'retry' } });
  assert.deepEqual([retry.status, retry.body.error_code], [409, 28038]);
  for (const [path, body] of [
    ['/4/tasks/additional_extract', newVersion],
    ['/4/tasks/preview', { task_type: 5, content: newVersion.content }],
  ] as const) {
    const answer = await call('POST', path, { body });
    assert.deepEqual([answer.status, answer.body.error_code], [409, 28038], path);
    assert.match(answer.body.detail, new RegExp(`^task ${gc} \\(gc, pending\\) removes`));
  }
  await setTask(gc, "state = 'cancelled'");
  await create(newVersion, '/4/tasks/additional_extract');
});

test('an order that is sent again is answered with its task, whatever is open meanwhile', async () => {
  const headers = { 'idempotency-key': 'once' };
  const first = await call('POST', '/4/tasks/gc', { body: oldVersion, headers });
  await setTask(first.body.task_id, "state = 'done'");
  await create(newVersion, '/4/tasks/additional_extract');
  const again = await call('POST', '/4/tasks/gc', { body: oldVersion, headers });
  assert.deepEqual([again.status, again.body], [201, first.body]);
});

test('lists and counts take the same filters', async () => {
  const first = await create();
  await setTask(first, "state = 'done'");
  const second = await create(newVersion, '/4/tasks/additional_extract');
  const third = await create({ content: { target: 'face_descriptors', filters: { descriptor_version: 2 } } });
  await setTask(first, "create_time = '2020-01-01', end_time = '2020-01-02', state = 'done'");
  for (const [query, expected] of [
    ['', [third, second, first]],
    ['?task_type=5', [second]],
    ['?task_type=0', []],
    ['?task_status=5', [first]],
    ['?task_status=0', [third, second]],
    [`?task_ids=${first},${third},4711`, [third, first]],
    ['?create_time__lt=2020-01-01T00:00:00Z', []],
    ['?create_time__gte=2020-01-01T00:00:00Z&create_time__lt=2020-01-01T00:00:00.001Z', [first]],
    ['?end_time__gte=2020-01-02T00:00:00Z', [first]],
    ['?end_time__lt=2020-01-02T00:00:00Z', []],
  ] as const) {
    const { tasks } = (await call('GET', `/4/tasks${query}`)).body;
    assert.deepEqual(
      tasks.map((task) => task.task_id),
      expected,
      query,
    );
    assert.deepEqual((await call('GET', `/4/tasks/count${query}`)).body, { count: expected.length }, query);
  }
});

const keys = ['10000000-0000-7000-8000-000000000000', '20000000-0000-7000-8000-000000000000'] as const;

async function addParts(taskId: number): Promise<void> {
  await api.db.query(
    `insert into subtasks (task_id, part_no, from_key, to_key, expected, state, attempt, done, failed, skipped) values
       ($1, 0, null, $2, 100, 'done', 1, 90, 4, 6), ($1, 1, $2, $3, 100, 'running', 1, 10, 0, 0)`,
    [taskId, ...keys],
  );
}

test('while a task runs, its counters are the sums of its parts, with a rate and the time that is left', async () => {
  const taskId = await create();
  await setTask(taskId, "state = 'running', parts_all = 2, objects_expected = 200, running_ms = 11000");
  await addParts(taskId);
  // 10 a second, faded: 300 × (1 − e^(−11/30)).
  await api.db.query(
    'update subtasks set recent = 92.09, recent_at_ms = 11000 where task_id = $1 and part_no = 1',
    [taskId],
  );
  const { body: task } = await call('GET', `/4/tasks/${taskId}`);
  assert.deepEqual([task.count_task_parts_done, task.count_task_parts_all], [1, 2]);
  assert.deepEqual(task.progress, {
    objects_expected: 200,
    objects_done: 100,
    objects_failed: 4,
    objects_skipped: 6,
    objects_per_second: 10,
    eta_seconds: 9,
  });
});

test('subtasks are all listed in order', async () => {
  const taskId = await create();
  await addParts(taskId);
  const { subtasks } = (await call('GET', `/4/tasks/${taskId}/subtasks`)).body;
  assert.deepEqual(
    subtasks.map((part) => [part.subtask_status, part.content.from_key, part.content.to_key]),
    [
      [5, null, keys[0]],
      [1, keys[0], keys[1]],
    ],
  );
});

test('more subtasks than are read at once come complete', async () => {
  const taskId = await create();
  await api.db.query(
    `insert into subtasks (task_id, part_no, to_key, expected)
     select $1, no, gen_random_uuid(), 1 from generate_series(0, 2499) no`,
    [taskId],
  );
  const { subtasks } = (await call('GET', `/4/tasks/${taskId}/subtasks`)).body;
  assert.equal(new Set(subtasks.map((part) => part.subtask_id)).size, 2_500);
});

test('a task may say how many of its subtasks run at once and who goes first', async () => {
  const settings = async () =>
    await api.db.query<{ window: number | null; priority: number }>(
      'select window_size as window, priority from tasks order by task_id',
    );
  await create();
  await create({ ...oldVersion, window: 2, priority: 1 });
  assert.deepEqual(await settings(), [
    { window: null, priority: 3 },
    { window: 2, priority: 1 },
  ]);
  for (const wrong of [
    { window: 0 },
    { window: 65 },
    { priority: 0 },
    { priority: 6 },
    { priority: 'high' },
  ]) {
    const answer = await call('POST', '/4/tasks/gc', { body: { ...oldVersion, ...wrong } });
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12022], JSON.stringify(wrong));
  }
});

test('tasks are listed and counted by the schedule or the upgrade that made them', async () => {
  const [scheduled, upgraded] = [await create(), await create()];
  await create();
  await setTask(scheduled, 'schedule_id = 3, scheduled_time = now()');
  await setTask(upgraded, 'upgrade_id = 2, upgrade_step = 1');
  for (const [query, id] of [
    ['schedule_id=3', scheduled],
    ['upgrade_id=2', upgraded],
  ] as const) {
    const { tasks } = (await call('GET', `/4/tasks?${query}`)).body;
    assert.deepEqual(
      tasks.map(({ task_id }) => task_id),
      [id],
    );
    assert.equal((await call('GET', `/4/tasks/count?${query}`)).body.count, 1);
  }
  assert.equal((await call('GET', '/4/tasks?schedule_id=0')).body.error_code, 12012);
});

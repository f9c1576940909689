import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { createClient, type Client } from '../../support/servers/documentedClient.ts';

let api: ApiServer;
let call: Client;
before(async () => {
  api = await startApiServer();
  call = await createClient(api.url);
});
after(() => api.close());
beforeEach(async () => {
  await api.db.query('truncate tasks restart identity cascade');
  api.told.length = 0;
  api.setEngine(true);
});

const oldVersion = { content: { target: 'face_descriptors', filters: { descriptor_version: 1 } } };
const newVersion = {
  description: 'new network',
  content: {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3 },
    filters: { objects_type: 'faces', create_time__lt: 'now-1d' },
  },
};

async function create(body: object = oldVersion, path = '/4/tasks/gc'): Promise<number> {
  const answer = await call('POST', path, { body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.task_id;
}

/** What the engine would have made of a task by now. */
async function setTask(taskId: number, values: string): Promise<void> {
  await api.db.query(`update tasks set ${values} where task_id = $1`, [taskId]);
}

const requestId = '1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a';

test('a gc task is accepted, told to the engine and shown with its defaults filled in', async () => {
  const answer = await call('POST', '/4/tasks/gc', {
    body: { ...oldVersion, description: 'old one' },
    headers: { 'luna-request-id': requestId },
  });
  assert.deepEqual([answer.status, answer.body], [201, { task_id: 1 }]);
  assert.equal(answer.headers.get('location'), '/4/tasks/1');
  assert.deepEqual(api.told, [{ call: 'start', taskId: 1, generation: 1, requestId }]);
  const { body: task } = await call('GET', '/4/tasks/1');
  assert.deepEqual(task.content, {
    target: 'face_descriptors',
    filters: { descriptor_version: 1 },
    store_results: true,
  });
  assert.deepEqual(
    [task.task_type, task.task_status, task.state, task.description, task.end_time, task.result_id],
    [4, 0, 'pending', 'old one', null, null],
  );
});

test('an extract task is accepted with the default version and absolute times in it', async () => {
  const taskId = await create(newVersion, '/tasks/additional_extract');
  const { body: task } = await call('GET', `/tasks/${taskId}`);
  const content = task.content as { options: object; filters: { create_time__lt: string } };
  assert.deepEqual(content.options, {
    missing: true,
    descriptor_version: 3,
    default_descriptor_version: 1,
  });
  const day = Date.now() - Date.parse(content.filters.create_time__lt);
  assert.ok(Math.abs(day - 86_400_000) < 60_000, content.filters.create_time__lt);
  assert.equal(task.task_type, 5);
});

test('a task is accepted while the engine is away, and can be seen and cancelled meanwhile', async () => {
  api.setEngine(false);
  const taskId = await create();
  assert.deepEqual(api.told, []);
  assert.equal((await call('GET', `/4/tasks/${taskId}`)).body.task_status, 0);
  assert.equal((await call('GET', '/4/tasks')).body.tasks.length, 1);
  assert.deepEqual((await call('PATCH', `/4/tasks/${taskId}`)).body, {});
  assert.equal((await call('GET', `/4/tasks/${taskId}`)).body.task_status, 2);
});

test('patching without a body or with an empty one cancels, once or twice, but not what has ended', async () => {
  for (const [index, body] of [undefined, '', {}, { action: 'cancel' }].entries()) {
    const taskId = await create();
    await setTask(taskId, "state = 'running'");
    const options = body === undefined ? {} : { body };
    assert.equal((await call('PATCH', `/4/tasks/${taskId}`, options)).status, 200, String(index));
    assert.equal((await call('PATCH', `/4/tasks/${taskId}`, options)).status, 200, 'again');
    assert.equal((await call('GET', `/4/tasks/${taskId}`)).body.state, 'cancelling');
    assert.deepEqual(api.told.at(-1), { call: 'control', taskId, generation: 1 });
    await setTask(taskId, "state = 'cancelled'");
    const late = await call('PATCH', `/4/tasks/${taskId}`, options);
    assert.deepEqual([late.status, late.body.error_code], [400, 28019]);
  }
});

test('a task is paused and resumed, unless it has ended', async () => {
  const taskId = await create();
  await setTask(taskId, "state = 'running'");
  assert.equal((await call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'pause' } })).status, 200);
  assert.equal((await call('GET', `/4/tasks/${taskId}`)).body.state, 'pausing');
  assert.equal((await call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'resume' } })).status, 200);
  const [row] = await api.db.query<{ wish: string }>('select desired_state as wish from tasks');
  assert.equal(row?.wish, 'run');
  assert.deepEqual(
    api.told.map((entry) => entry.call),
    ['start', 'control', 'control'],
  );
  await setTask(taskId, "state = 'done'");
  const late = await call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'pause' } });
  assert.equal(late.body.error_code, 28030);
});

test('a task that has to wait for its turn says how many are before it, and an urgent one does not wait', async () => {
  const small = await startApiServer({ tasksAtOnce: 1 });
  const ask = await createClient(small.url);
  const post = async (priority: number) => {
    const body = { ...oldVersion, priority };
    return (await ask('POST', '/4/tasks/gc', { body })).body.task_id;
  };
  const ids = [await post(3), await post(3), await post(3), await post(1)];
  const before = async (taskId: number) => (await ask('GET', `/4/tasks/${taskId}`)).body.tasks_before;
  assert.deepEqual(await Promise.all(ids.map(before)), [null, 0, 1, null]);
  assert.deepEqual(
    small.told.map(({ taskId }) => taskId),
    [ids[0], ids[3]],
  );
  await small.close();
});

test('a task that has ended is retried under the next generation, and only then', async () => {
  const taskId = await create();
  const retry = { body: { action: 'retry', scope: 'failed' } };
  assert.equal((await call('PATCH', `/4/tasks/${taskId}`, retry)).body.error_code, 28031);
  await setTask(taskId, "state = 'done'");
  const headers = { 'luna-request-id': requestId };
  assert.equal((await call('PATCH', `/4/tasks/${taskId}`, { ...retry, headers })).status, 200);
  assert.deepEqual(api.told.at(-1), { call: 'start', taskId, generation: 2, requestId });
});

test('a retry of one error opens the parts with such objects, and is refused where there are none', async () => {
  const taskId = await create();
  await setTask(taskId, "state = 'done'");
  await api.db.query(
    `insert into subtasks (task_id, part_no, to_key, expected, state)
     select $1, no, gen_random_uuid(), 1, 'done' from generate_series(1, 3) no`,
    [taskId],
  );
  await api.db.query(
    `insert into task_errors (task_id, part_no, task_type, error_code, "desc", detail, object_type, object_id, overcome_time)
     select $1, part_no, 4, code, '', '', 'face', gen_random_uuid(), overcome
     from (values (1, 28100, null), (2, 28101, null), (3, 28100, now())) e (part_no, code, overcome)`,
    [taskId],
  );
  const retry = (body: object) => call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'retry', ...body } });
  for (const body of [
    { error_code: '28100' },
    { error_code: 28100, scope: 'all' },
    { error_code: -6_428_180_163 },
    { error_code: 2 ** 31 },
  ]) {
    const answer = await retry(body);
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12022], JSON.stringify(body));
  }
  assert.equal((await retry({ error_code: 28103 })).body.error_code, 28031);
  assert.equal((await retry({ error_code: 28100, scope: 'failed' })).status, 200);
  const parts = await api.db.query(
    'select state, retry_code from subtasks where task_id = $1 order by part_no',
    [taskId],
  );
  assert.deepEqual(parts, [
    { state: 'pending', retry_code: 28100 },
    { state: 'done', retry_code: null },
    { state: 'done', retry_code: null },
  ]);
});

test('a task is throttled and let go again, unless it has ended', async () => {
  const taskId = await create();
  const rate = async () =>
    (await api.db.query<{ rate: number | null }>('select objects_per_second as rate from tasks'))[0]?.rate;
  for (const objects_per_second of [500, 1, null]) {
    const body = { action: 'throttle', objects_per_second };
    const answer = await call('PATCH', `/4/tasks/${taskId}`, { body });
    assert.deepEqual([answer.status, answer.body], [200, {}]);
    assert.equal(await rate(), objects_per_second);
  }
  for (const [body, code] of [
    [{ action: 'throttle' }, 12003],
    [{ action: 'throttle', objects_per_second: 0 }, 12022],
    [{ action: 'throttle', objects_per_second: 1.5 }, 12022],
    [{ action: 'throttle', objects_per_second: 5, scope: 'all' }, 12022],
    [{ action: 'pause', objects_per_second: 5 }, 12022],
  ] as const) {
    const answer = await call('PATCH', `/4/tasks/${taskId}`, { body });
    assert.deepEqual([answer.status, answer.body.error_code], [400, code], JSON.stringify(body));
  }
  await setTask(taskId, "state = 'done'");
  const late = await call('PATCH', `/4/tasks/${taskId}`, {
    body: { action: 'throttle', objects_per_second: 5 },
  });
  assert.equal(late.body.error_code, 28030);
});

test('an action that does not exist, or a scope without a retry, is refused', async () => {
  const taskId = await create();
  for (const body of [
    { action: 'explode' },
    { scope: 'all' },
    { action: 'pause', scope: 'all' },
    { go: 1 },
  ]) {
    const answer = await call('PATCH', `/4/tasks/${taskId}`, { body });
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12022], JSON.stringify(body));
  }
});

test('a task is deleted with all that hangs on it once it has ended', async () => {
  const taskId = await create();
  assert.equal((await call('DELETE', `/4/tasks/${taskId}`)).body.error_code, 28032);
  await setTask(taskId, "state = 'failed'");
  const answer = await call('DELETE', `/4/tasks/${taskId}`);
  assert.deepEqual([answer.status, answer.body], [200, {}]);
  assert.equal((await call('GET', `/4/tasks/${taskId}`)).body.error_code, 28001);
});

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

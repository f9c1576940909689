import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApiServer } from '../../support/servers/apiServer.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { newVersion, oldVersion, openTasks } from './openTasks.ts';

const { api, call, create, setTask } = await openTasks();

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

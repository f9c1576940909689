import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();
beforeEach(async () => {
  await api.db.query('truncate tasks restart identity cascade');
});

const gcOfFaces = { target: 'faces', filters: { user_data: 'x' }, remove_samples: true, store_results: true };
const extract = {
  extraction_target: 'face_descriptor',
  options: { missing: true, descriptor_version: 3 },
  filters: { objects_type: 'faces' },
  store_results: true,
};

/** A task as the engine leaves it. */
async function addTask(values: Record<string, unknown>): Promise<number> {
  const row = { task_type: 4, content: JSON.stringify(gcOfFaces), state: 'done', ...values };
  const names = Object.keys(row);
  const [task] = await api.db.query<{ task_id: number }>(
    `insert into tasks (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})
     returning task_id`,
    Object.values(row),
  );
  assert.ok(task);
  return task.task_id;
}

const resultId = '557d54ec-29ad-4f3c-93b4-c9092ef12515';
const ids = [1, 2, 3].map((digit) => `0000000${digit}-0000-7000-8000-000000000000`);

async function addChunk(taskId: number, partNo: number, chunk: readonly unknown[]): Promise<void> {
  await api.db.query(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids, sample_ids, generations)
     values ($1, $2, 0, cardinality($3::uuid[]), $3::uuid[], $4::uuid[], $5::integer[])`,
    [taskId, partNo, ...chunk],
  );
}

test('the result of a gc lists what was removed, in the order of its parts', async () => {
  const taskId = await addTask({ result_id: resultId, objects_done: 3, samples_removed: 2, samples_left: 1 });
  await addChunk(taskId, 10, [ids.slice(2), null, null]);
  await addChunk(taskId, 9, [ids.slice(0, 2), null, null]);
  const answer = await call('GET', `/4/tasks/${taskId}/result`);
  assert.match(
    answer.headers.get('content-disposition') ?? '',
    /^attachment; filename=task-\d+-result\.json$/,
  );
  assert.deepEqual(answer.body, {
    target: 'faces',
    removed_count: 3,
    samples_removed: 2,
    samples_left: 1,
    origins_removed: 0,
    errors_count: 0,
    removed: ids,
  });
});

test('the result of an extract lists objects with their samples and generations', async () => {
  const taskId = await addTask({
    task_type: 5,
    content: JSON.stringify(extract),
    result_id: resultId,
    objects_done: 2,
    objects_skipped: 1,
  });
  await addChunk(taskId, 0, [ids.slice(0, 2), ids.slice(1, 3), [1, 4]]);
  await addError(taskId, {});
  const answer = await call('GET', `/4/tasks/${taskId}/result`);
  assert.deepEqual(answer.body, {
    extraction_target: 'face_descriptor',
    descriptor_version: 3,
    extracted_count: 2,
    skipped_count: 1,
    errors_count: 1,
    objects: [
      { id: ids[0], samples: [ids[1]], generation: 1 },
      { id: ids[1], samples: [ids[2]], generation: 4 },
    ],
  });
});

test('a result of many chunks comes complete', async () => {
  const taskId = await addTask({ result_id: resultId, objects_done: 30_000 });
  await api.db.query(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids)
     select $1, no / 10, no % 10, 1000, array(select gen_random_uuid() from generate_series(1, 1000) where no >= 0)
     from generate_series(0, 29) no`,
    [taskId],
  );
  const answer = await call('GET', `/4/tasks/${taskId}/result`);
  const { removed } = answer.body as unknown as { removed: string[] };
  assert.equal(new Set(removed).size, 30_000);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
});

test('there is no result yet, none in this status, none that was stored, or none any longer', async () => {
  for (const [values, status, code] of [
    [{ state: 'pending' }, 404, 28018],
    [{ state: 'collecting' }, 404, 28018],
    [{ state: 'cancelled' }, 400, 28020],
    [{ state: 'failed' }, 400, 28020],
    [{ content: JSON.stringify({ ...gcOfFaces, store_results: false }) }, 400, 28020],
    [{ result_id: resultId, objects_done: 5 }, 404, 28017],
  ] as const) {
    const taskId = await addTask(values);
    const answer = await call('GET', `/4/tasks/${taskId}/result`);
    assert.deepEqual([answer.status, answer.body.error_code], [status, code], JSON.stringify(values));
  }
});

async function addError(taskId: number, values: Record<string, unknown>): Promise<void> {
  const row = {
    task_id: taskId,
    task_type: 5,
    error_code: 28100,
    desc: 'Sample missing',
    detail: 'no image',
    object_type: 'face',
    object_id: ids[0],
    ...values,
  };
  const names = Object.keys(row).map((name) => `"${name}"`);
  await api.db.query(
    `insert into task_errors (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(row),
  );
}

test('errors are listed and counted by the same filters, of all tasks at two addresses and of one', async () => {
  const first = await addTask({});
  const second = await addTask({ task_type: 5, content: JSON.stringify(extract) });
  await addError(first, { task_type: 4, error_time: '2020-01-01' });
  await addError(second, {});
  await addError(second, { object_id: ids[1], error_code: 28101, overcome_time: '2021-01-01' });
  const cases: readonly [query: string, ids: number[]][] = [
    ['', [3, 2, 1]],
    ['?page_size=2&page=2', [1]],
    [`?task_ids=${first}`, [1]],
    ['?error_ids=1,3', [3, 1]],
    ['?task_type=5', [3, 2]],
    ['?error_code=28101', [3]],
    ['?error_time__lt=2020-01-02T00:00:00Z', [1]],
    ['?error_time__gte=2020-01-02T00:00:00Z&error_code=28100', [2]],
  ];
  for (const base of ['/4/errors', '/tasks/errors']) {
    for (const [query, expected] of cases) {
      const { errors } = (await call('GET', base + query)).body;
      assert.deepEqual(
        errors.map((error) => error.error_id),
        expected,
        base + query,
      );
      if (query.includes('page')) continue;
      assert.equal((await call('GET', `${base}/count${query}`)).body.count, expected.length, query);
    }
  }
  const { errors } = (await call('GET', `/4/tasks/${second}/errors?error_code=28101`)).body;
  assert.deepEqual(
    errors.map(({ error_id, additional_info }) => [error_id, additional_info.overcome_time]),
    [[3, '2021-01-01T00:00:00.000Z']],
  );
  assert.equal((await call('GET', `/4/tasks/${second}/errors/count`)).body.count, 2);
  assert.equal((await call('GET', `/4/tasks/${second}/errors?task_ids=1`)).body.error_code, 12012);
});

test('one error is shown with what it happened to', async () => {
  const taskId = await addTask({ task_type: 5, content: JSON.stringify(extract) });
  await addError(taskId, { additional_info: JSON.stringify({ storage_key: 'ab' }) });
  const answer = await call('GET', '/4/errors/1');
  const { error_time: time, ...rest } = answer.body as unknown as { error_time: string };
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  assert.deepEqual(rest, {
    error_id: 1,
    task_id: taskId,
    subtask_id: null,
    task_type: 5,
    error_code: 28100,
    desc: 'Sample missing',
    detail: 'no image',
    object_type: 'face',
    object_id: ids[0],
    additional_info: { storage_key: 'ab', attempts: 1, overcome_time: null },
  });
  assert.deepEqual((await call('GET', '/tasks/errors/1')).body, answer.body);
});

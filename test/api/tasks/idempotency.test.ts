import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { basic } from '../../support/rows/basic.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();
beforeEach(async () => {
  await api.db.query('truncate tasks, spent_keys restart identity cascade');
  api.told.length = 0;
});

const gc = {
  description: 'old faces',
  content: { target: 'faces', filters: { create_time__lt: 'now-1d', user_data: 'x' } },
};
const extract = {
  content: {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3 },
    filters: { objects_type: 'faces', create_time__lt: 'now-1s' },
  },
};

const order = (key: string, body: unknown = gc, path = '/4/tasks/gc') =>
  call('POST', path, { headers: { 'idempotency-key': key }, body });

const countTasks = async () => (await call('GET', '/4/tasks/count')).body.count;

test('an order that is sent again answers the task that it made, though its times are relative', async () => {
  for (const [path, body] of [
    ['/4/tasks/gc', gc],
    ['/4/tasks/additional_extract', extract],
  ] as const) {
    const first = await order('nightly', body, path);
    assert.equal(first.status, 201, JSON.stringify(first.body));
    const [row] = await api.db.query<{ content: object }>(
      `update tasks set create_time = create_time - interval '1 hour' returning content`,
    );
    const again = await order('nightly', body, path);
    assert.deepEqual([again.status, again.body], [201, first.body]);
    assert.equal(again.headers.get('location'), first.headers.get('location'));
    assert.deepEqual((await call('GET', `/4/tasks/${first.body.task_id}`)).body.content, row?.content);
    assert.equal(api.told.length, 1, 'started once');
    await api.db.query('truncate tasks cascade');
    api.told.length = 0;
  }
});

test('the same body is the same whatever the order of its keys and the spaces between them', async () => {
  const first = await order(
    'a',
    '{"description":"d","content":{"target":"face_descriptors","descriptor_version":1}}',
  );
  const again = await order(
    'a',
    '{ "content": { "descriptor_version": 1.0, "target": "face_descriptors" }, "description": "\\u0064" }',
  );
  assert.deepEqual([again.status, again.body], [201, first.body]);
});

test('another body under the same key is a conflict, and makes nothing', async () => {
  await order('key');
  for (const [path, body] of [
    ['/4/tasks/gc', { ...gc, description: 'older faces' }],
    ['/4/tasks/gc', { content: { ...gc.content, store_results: false } }],
    ['/4/tasks/additional_extract', extract],
  ] as const) {
    const other = await order('key', body, path);
    assert.deepEqual([other.status, other.body.error_code], [409, 28035], JSON.stringify(body));
  }
  assert.equal(await countTasks(), 1);
});

test('of many equal orders at the same moment one makes a task and all answer it', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => order('rush')));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  assert.equal(new Set(answers.map(({ body }) => body.task_id)).size, 1);
  assert.equal(await countTasks(), 1);
  assert.equal(api.told.length, 1);
});

test('a key belongs to its account, and without one each order is another', async () => {
  await call('POST', '/4/accounts', {
    body: { login: 'other@example.com', password: 'other', account_type: 'admin' },
  });
  const asOther = { ...basic('other@example.com', 'other'), 'idempotency-key': 'key' };
  const mine = await order('key');
  const theirs = await call('POST', '/4/tasks/gc', { headers: asOther, body: gc });
  assert.equal(theirs.status, 201);
  assert.notEqual(theirs.body.task_id, mine.body.task_id);
  for (let i = 0; i < 2; i++) await call('POST', '/4/tasks/gc', { body: gc });
  assert.equal(await countTasks(), 4);
});

const removeDone = async (taskId: number) => {
  await api.db.query("update tasks set state = 'done' where task_id = $1", [taskId]);
  return (await call('DELETE', `/4/tasks/${taskId}`)).status;
};

test('an order whose task was removed is not carried out again when it is sent again, for a day', async () => {
  const first = await order('key');
  await removeDone(first.body.task_id);
  const again = await order('key');
  assert.deepEqual([again.status, again.body], [201, first.body]);
  assert.equal(again.headers.get('location'), first.headers.get('location'));
  const other = await order('key', { ...gc, description: 'another' });
  assert.deepEqual([other.status, other.body.error_code], [409, 28035]);
  assert.equal(await countTasks(), 0);
  assert.equal(api.told.length, 1);

  await api.db.query(`update spent_keys set removed_time = removed_time - interval '24 hours'`);
  const nextDay = await order('key', { ...gc, description: 'another' });
  assert.equal(nextDay.status, 201);
  assert.notEqual(nextDay.body.task_id, first.body.task_id);
  await removeDone(nextDay.body.task_id);
  assert.deepEqual((await order('key', { ...gc, description: 'another' })).body, nextDay.body);
});

test('an order that is sent again while its task is removed makes no other', async () => {
  for (let round = 0; round < 5; round++) {
    const first = await order(`round-${round}`);
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => order(`round-${round}`)),
      removeDone(first.body.task_id),
      ...Array.from({ length: 4 }, () => order(`round-${round}`)),
    ]);
    const made = answers.map((answer) => (typeof answer === 'number' ? answer : answer.body.task_id));
    assert.deepEqual(new Set(made), new Set([first.body.task_id, 200]));
  }
  assert.equal(await countTasks(), 0);
});

test('a key that is empty, too long or of other characters is refused, and nothing is made', async () => {
  for (const key of ['', 'x'.repeat(256), 'two words', 'sch\u00f6n']) {
    const answer = await order(key);
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12018], key);
  }
  assert.equal((await order('x'.repeat(255))).status, 201);
  assert.equal(await countTasks(), 1);
});

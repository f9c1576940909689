import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { closeServer } from '../support/servers/closeServer.ts';

let engine: Engine;
let origin: Server;
const asked: string[] = [];
/** What the origin answers to a path that contains the word; 204 to others. */
const answers = new Map<string, number[]>();

before(async () => {
  origin = createServer((request, response) => {
    const { method = '', url = '' } = request;
    asked.push(`${method} ${url}`);
    const word = [...answers.keys()].find((key) => url.includes(key));
    const statuses = word === undefined ? [] : (answers.get(word) ?? []);
    const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 204;
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
  });
  await once(origin.listen(0, '127.0.0.1'), 'listening');
  engine = await startEngine({
    workers: ['orchestrate,gc'],
    env: { PART_SIZE_GC: '20', ORIGIN_HOSTS: 'http://127.0.0.1:*' },
  });
});

after(async () => {
  await engine.stop();
  await closeServer(origin);
});

const image = Buffer.from('image');
const port = () => (origin.address() as AddressInfo).port;

async function addOrigins(ids: readonly string[], urlOf: (id: string, n: number) => string): Promise<void> {
  await engine
    .db()
    .query(
      `insert into image_origins (owner_id, origin_no, url) select id, 1, url from unnest($1::uuid[], $2::text[]) o (id, url)`,
      [ids, ids.map(urlOf)],
    );
}

const originsRemoved = async (taskId: number) => {
  const [row] = await engine
    .db()
    .query<{ count: number }>('select origins_removed as count from tasks where task_id = $1', [taskId]);
  return row?.count;
};

for (const stored of [true, false]) {
  const words = stored ? 'with a list of them' : 'without a list of them';

  test(`events of a filter go with descriptors and samples, ${words}`, async () => {
    const { accountId } = await engine.addEvents(50, { face: [image], body: [image] });
    await engine.addEvents(5, { face: [image] });
    await engine.snapshot();
    const { taskId } = await engine.startGc({
      ...{ target: 'events', filters: { account_id: accountId, insert_time__lt: 'now-1d' } },
      ...{ remove_samples: true, store_results: stored },
    });
    const task = await engine.ended(taskId);
    assert.deepEqual([task.state, task.expected, task.done], ['done', 50, 50], JSON.stringify(task));
    assert.equal(task.resultId !== null, stored);
    assert.deepEqual(await engine.audit([taskId]), []);
  });

  test(`descriptors of one type of event go, those of the other stay, ${words}`, async () => {
    await engine.addEvents(30, { face: [image] });
    await engine.snapshot();
    const { taskId } = await engine.startGc({
      ...{ target: 'event_descriptors', descriptor_version: 101, descriptor_type: 'body' },
      store_results: stored,
    });
    const task = await engine.ended(taskId);
    assert.equal(task.state, 'done', JSON.stringify(task));
    assert.ok(task.done >= 30);
    assert.deepEqual(await engine.audit([taskId]), []);
  });
}

test('a whole version of face descriptors goes in one part when nobody wants the list', async () => {
  await engine.addFaces({ count: 100, versions: [1, 3] });
  await engine.snapshot();
  const { taskId } = await engine.startGc({
    ...{ target: 'face_descriptors', descriptor_version: 3, store_results: false },
  });
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.expected, task.done], ['done', 100, 100], JSON.stringify(task));
  const parts = await engine.db().query('select part_no from subtasks where task_id = $1', [taskId]);
  assert.equal(parts.length, 1);
  assert.deepEqual(await engine.audit([taskId]), []);
});

test('images go where they came from; an origin that refuses is an error, and a retry asks it alone', async () => {
  const { accountId, faceIds } = await engine.addFaces({ count: 45 });
  const [denied = '', moved = '', foreign = '', shaky = ''] = faceIds;
  await addOrigins(
    faceIds.slice(0, 44),
    (id) => `http://${id === foreign ? '127.0.0.2' : '127.0.0.1'}:${port()}/${id}`,
  );
  answers.set(denied, [403]).set(moved, [302]).set(shaky, [503, 404]);
  await engine.snapshot();
  const { taskId } = await engine.startGc({
    ...{ target: 'faces', filters: { account_id: accountId }, remove_image_origins: true },
  });
  const first = await engine.ended(taskId);
  assert.deepEqual([first.state, first.done, first.failed], ['done', 42, 3], JSON.stringify(first));
  assert.equal(await originsRemoved(taskId), 41);
  assert.deepEqual(await engine.audit([taskId]), []);
  const errors = await engine
    .db()
    .query<{ object_id: string; error_code: number; detail: string }>(
      'select object_id, error_code, detail from task_errors where task_id = $1 order by object_id',
      [taskId],
    );
  const code = { error_code: 28_104 };
  assert.deepEqual(errors, [
    { object_id: denied, ...code, detail: 'answered 403' },
    { object_id: moved, ...code, detail: 'answered 302: redirects are not followed' },
    { object_id: foreign, ...code, detail: 'the host 127.0.0.2 is not listed' },
  ]);
  assert.equal(asked.filter((line) => line === `DELETE /${shaky}`).length, 2, 'it is tried again');
  assert.ok(!asked.some((line) => line.includes('elsewhere')), 'a redirect is not followed');
  assert.equal(new Set(asked).size, 43);

  asked.length = 0;
  answers.clear();
  await engine.gateway().startTask(await engine.tasks().retry(taskId, 'failed', tester));
  const second = await engine.ended(taskId);
  assert.deepEqual([second.state, second.done, second.failed], ['done', 44, 1], JSON.stringify(second));
  assert.deepEqual(asked.sort(), [`DELETE /${denied}`, `DELETE /${moved}`].sort());
  assert.equal(await originsRemoved(taskId), 43);
  assert.deepEqual(await engine.audit([taskId]), []);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startEngine, type Engine } from '../support/engine.ts';
import { tester } from '../support/rows.ts';
import { makeWarps } from '../support/warps.ts';
import { changeUnderway } from '../support/changeUnderway.ts';

let engine: Engine;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  engine = await startEngine({ workers: ['orchestrate,gc,extract'], env: { PART_SIZE_EXTRACT: '5' } });
});

after(() => engine.stop());

interface ErrorRow {
  readonly object_id: string;
  readonly error_code: number;
  readonly attempts: number;
  readonly is_open: boolean;
}

const errorsOf = (taskId: number) =>
  engine.db().query<ErrorRow>(
    `select object_id, error_code, attempts, overcome_time is null as is_open from task_errors
     where task_id = $1 order by object_id, error_id`,
    [taskId],
  );

/** The new descriptors as they lie in the table: a row that is written again has another place. */
async function placesOf(faceIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await engine.db().query<{ face_id: string; place: string }>(
    `select face_id, ctid || ' ' || xmin as place from face_descriptors
     where descriptor_version = 3 and face_id = any($1::uuid[])`,
    [faceIds],
  );
  return new Map(rows.map(({ face_id, place }) => [face_id, place]));
}

async function retry(taskId: number): Promise<void> {
  await engine.gateway().startTask(await engine.tasks().retry(taskId, 'failed', tester));
}

test('what is wrong with single samples becomes one error each, and a retry mends those alone', async () => {
  const { accountId, faceIds, faces } = await engine.addFaces({ count: 14, images: warps });
  const [missing = '', broken = '', changed = '', bare = ''] = faceIds;
  const keyOf = (index: number) => faces[index]?.storageKey ?? '';
  const good = warps[0] ?? Buffer.of();
  await engine.images.remove(keyOf(0));
  await engine.images.put(keyOf(1), Buffer.from('this is no picture'));
  await engine.images.remove(keyOf(3));
  await engine.db().query('delete from samples where owner_id = $1', [bare]);
  await engine.snapshot();

  const taskId = await changeUnderway(
    engine,
    [`update samples set generation = 2 where owner_id = '${changed}'`],
    'face_descriptors',
    async () => (await engine.startExtract(accountId)).taskId,
  );
  const first = await engine.ended(taskId);
  assert.deepEqual(
    [first.state, first.expected, first.done, first.failed, first.skipped],
    ['done', 14, 10, 4, 0],
    JSON.stringify(first),
  );
  const open = { attempts: 1, is_open: true };
  assert.deepEqual(await errorsOf(taskId), [
    { object_id: missing, error_code: 28_100, ...open },
    { object_id: broken, error_code: 28_101, ...open },
    { object_id: changed, error_code: 28_102, ...open },
    { object_id: bare, error_code: 28_100, ...open },
  ]);
  const touched = [changed];
  assert.deepEqual(await engine.audit([taskId], { touched, missingFiles: [keyOf(0)] }), []);
  const placesBefore = await placesOf(faceIds);
  assert.equal(placesBefore.size, 10);

  await engine.images.put(keyOf(0), good);
  await retry(taskId);
  const second = await engine.ended(taskId);
  assert.deepEqual([second.state, second.done, second.failed], ['done', 12, 2], JSON.stringify(second));
  assert.deepEqual(
    (await errorsOf(taskId)).map(({ attempts, is_open }) => [attempts, is_open]),
    [
      [1, false],
      [2, true],
      [1, false],
      [2, true],
    ],
    'overcome errors are kept, and the others were tried once more',
  );

  await engine.images.put(keyOf(1), good);
  await engine.images.put(keyOf(3), good);
  await engine
    .db()
    .query(
      `insert into samples (owner_id, kind, sample_id, storage_key) values ($1, 'face', gen_random_uuid(), $2)`,
      [bare, keyOf(3)],
    );
  await retry(taskId);
  const third = await engine.ended(taskId);
  assert.deepEqual([third.state, third.done, third.failed], ['done', 14, 0], JSON.stringify(third));
  assert.ok((await errorsOf(taskId)).every(({ is_open }) => !is_open));
  assert.deepEqual(await engine.audit([taskId], { touched: [changed, bare] }), []);
  const placesAfter = await placesOf(faceIds);
  for (const [faceId, place] of placesBefore) {
    assert.equal(placesAfter.get(faceId), place, 'what was done before the retry is left as it was');
  }
});

test('a face that is removed while it is being extracted is skipped, and leaves no descriptor', async () => {
  const { accountId, faceIds } = await engine.addFaces({ count: 8, images: warps });
  const [gone = ''] = faceIds;
  await engine.snapshot();
  const taskId = await changeUnderway(
    engine,
    ['faces', 'attributes', 'list_faces', 'face_descriptors'].map(
      (table) => `delete from ${table} where face_id = '${gone}'`,
    ),
    'face_descriptors',
    async () => (await engine.startExtract(accountId)).taskId,
  );
  const task = await engine.ended(taskId);
  assert.deepEqual(
    [task.state, task.expected, task.done, task.failed, task.skipped],
    ['done', 8, 7, 0, 1],
    JSON.stringify(task),
  );
  assert.deepEqual(await errorsOf(taskId), []);
  assert.equal((await placesOf(faceIds)).has(gone), false);
  assert.equal((await placesOf(faceIds)).size, 7);
  assert.deepEqual(await engine.audit([taskId], { touched: [gone] }), []);
});

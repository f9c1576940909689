import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RetryScope } from '../../domain/tasks/task.ts';
import { startEngine, type Engine, type TaskRow } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { makeWarps } from '../support/warps.ts';
import { changeUnderway } from '../support/changeUnderway.ts';
import { waitFor } from '../support/waitFor.ts';

let engine: Engine;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  engine = await startEngine({ workers: ['orchestrate,gc,extract'], env: { PART_SIZE_EXTRACT: '20' } });
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

async function retry(taskId: number, scope: RetryScope = 'failed'): Promise<TaskRow> {
  await engine.gateway().startTask(await engine.tasks().retry(taskId, scope, tester));
  return engine.ended(taskId);
}

const openErrorsOf = async (taskId: number) =>
  (await errorsOf(taskId)).filter(({ is_open }) => is_open).map(({ object_id }) => object_id);

test('what is wrong with single samples becomes one error each, and a retry mends those alone', async () => {
  const { accountId, faceIds, faces } = await engine.addFaces({ count: 14, images: warps });
  const [missing = '', broken = '', changed = '', bare = ''] = faceIds;
  const keyOf = (index: number) => faces[index]?.storageKey ?? '';
  const good = warps[0] ?? Buffer.of();
  await engine.images.remove([keyOf(0)]);
  await engine.images.put(keyOf(1), Buffer.from('this is not an image'));
  await engine.images.remove([keyOf(3)]);
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
  const ofOneCode = await retry(taskId, { errorCode: 28_100 });
  assert.deepEqual([ofOneCode.state, ofOneCode.done, ofOneCode.failed], ['done', 11, 3]);
  assert.deepEqual(
    (await errorsOf(taskId)).map(({ attempts, is_open }) => [attempts, is_open]),
    [
      [1, false],
      [1, true],
      [1, true],
      [2, true],
    ],
    'objects with another error were left alone',
  );

  const second = await retry(taskId);
  assert.deepEqual([second.state, second.done, second.failed], ['done', 12, 2], JSON.stringify(second));
  assert.deepEqual(
    (await errorsOf(taskId)).map(({ attempts, is_open }) => [attempts, is_open]),
    [
      [1, false],
      [2, true],
      [1, false],
      [3, true],
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
  const third = await retry(taskId);
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

test('a retry does what its scope names: what failed, unfinished subtasks, or both', async () => {
  const { accountId, faceIds, faces } = await engine.addFaces({ count: 100, images: warps });
  // One in each part of twenty.
  const lost = faces.filter((_, n) => n % 20 === 0);
  const putBack = (ids: readonly string[]) =>
    Promise.all(
      lost.map(async ({ faceId, storageKey }) => {
        if (ids.includes(faceId)) await engine.images.put(storageKey ?? '', warps[0] ?? Buffer.of());
      }),
    );
  for (const { storageKey } of lost) await engine.images.remove([storageKey ?? '']);
  const missingFiles = lost.map(({ storageKey }) => storageKey ?? '');
  await engine.snapshot();

  const { taskId } = await engine.startExtract(accountId, 30);
  const partsDone = async () => {
    const [row] = await engine
      .db()
      .query<{ parts: number }>(
        `select count(*) as parts from subtasks where task_id = $1 and state = 'done'`,
        [taskId],
      );
    return row?.parts ?? 0;
  };
  await waitFor('a part to end', async () => (await partsDone()) > 0);
  await engine.gateway().controlTask(await engine.tasks().control(taskId, 'cancel', tester));
  const cancelled = await engine.ended(taskId);
  assert.equal(cancelled.state, 'cancelled', JSON.stringify(cancelled));
  const ended = await partsDone();
  assert.ok(ended > 0 && ended < 5, `${ended} of 5 parts were done`);
  const failedInEnded = await engine.db().query<{ object_id: string }>(
    `select object_id from task_errors join subtasks using (task_id, part_no)
     where task_id = $1 and state = 'done'`,
    [taskId],
  );

  await putBack(failedInEnded.map(({ object_id }) => object_id));
  const failed = await retry(taskId, 'failed');
  assert.deepEqual(
    [failed.state, failed.done, await partsDone()],
    ['cancelled', cancelled.done + ended, ended],
    'what was not reached is left out',
  );
  assert.equal((await placesOf(faceIds)).size, failed.done);
  assert.deepEqual(await engine.audit([taskId], { missingFiles }), []);

  const openBefore = await openErrorsOf(taskId);
  await putBack(openBefore);
  const unfinished = await retry(taskId, 'unfinished');
  assert.deepEqual([unfinished.state, unfinished.done + unfinished.failed], ['done', 100]);
  for (const faceId of openBefore) assert.ok((await openErrorsOf(taskId)).includes(faceId), 'left as it was');
  assert.deepEqual(await engine.audit([taskId], { missingFiles }), []);

  await putBack(faceIds);
  const all = await retry(taskId, 'all');
  assert.deepEqual([all.state, all.done, all.failed], ['done', 100, 0], JSON.stringify(all));
  assert.deepEqual(await engine.audit([taskId], { missingFiles }), []);
});

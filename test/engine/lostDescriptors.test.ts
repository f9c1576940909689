import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RetryScope } from '../../domain/tasks/task.ts';
import { startEngine, type Engine, type TaskRow } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

let engine: Engine;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  engine = await startEngine({ workers: ['orchestrate,gc,extract'], env: { PART_SIZE_EXTRACT: '20' } });
});
after(() => engine.stop());

const books = ({ state, expected, done, failed, skipped }: TaskRow) => [
  state,
  expected,
  done,
  failed,
  skipped,
];

async function retry(taskId: number, scope: RetryScope): Promise<TaskRow> {
  await engine.gateway().startTask(await engine.tasks().retry(taskId, scope, tester));
  return engine.ended(taskId);
}

/** How many of the faces have a descriptor of the version. */
async function countOf(version: number, faceIds: readonly string[]): Promise<number> {
  const [row] = await engine
    .db()
    .query<{ count: number }>(
      'select count(*) as count from face_descriptors where descriptor_version = $1 and face_id = any($2::uuid[])',
      [version, faceIds],
    );
  return row?.count ?? NaN;
}

/** Its parts are all there, and some of its objects are done. */
const underWay = (taskId: number) =>
  waitFor('the extract to be under way', async () => {
    const [task] = await engine
      .db()
      .query<{ plan_done: boolean }>('select plan_done from tasks where task_id = $1', [taskId]);
    return task?.plan_done === true && (await engine.progressOf(taskId)) > 0;
  });

const keysLeft = async (taskId: number) =>
  (await engine.db().query('select from planned_keys where task_id = $1', [taskId])).length;

async function removeVersion(version: number): Promise<void> {
  const { taskId } = await engine.startGc({
    target: 'face_descriptors',
    filters: { descriptor_version: version },
  });
  assert.equal((await engine.ended(taskId)).state, 'done');
}

test('a retry extracts what failed from its sample, though the default version was removed meanwhile', async () => {
  const { accountId, faceIds, faces } = await engine.addFaces({ count: 4, images: warps });
  const [, lost = '', removed = '', known = ''] = faceIds;
  for (const face of faces.slice(1)) await engine.images.remove([face.storageKey ?? '']);
  const { taskId } = await engine.startExtract(accountId);
  assert.deepEqual(books(await engine.ended(taskId)), ['done', 4, 1, 3, 0]);

  for (const face of faces.slice(1)) await engine.images.put(face.storageKey ?? '', warps[0] ?? Buffer.of());
  await removeVersion(1);
  assert.equal(await countOf(1, faceIds), 0);
  // What an error of is overcome without work: the face is gone, or somebody else has made the descriptor.
  await engine.db().query('delete from faces where face_id = $1', [removed]);
  await engine
    .db()
    .query(
      `insert into face_descriptors (face_id, descriptor_version, descriptor) values ($1, 3, '\\x00000000')`,
      [known],
    );
  assert.deepEqual(books(await retry(taskId, 'failed')), ['done', 4, 2, 0, 2]);
  assert.equal(await countOf(3, [lost]), 1);
});

test('a retry leaves the error of a face whose sample and default version are both missing', async () => {
  const { accountId, faces, faceIds } = await engine.addFaces({ count: 2, images: warps });
  await engine.images.remove([faces[0]?.storageKey ?? '']);
  const { taskId } = await engine.startExtract(accountId);
  assert.deepEqual(books(await engine.ended(taskId)), ['done', 2, 1, 1, 0]);
  await removeVersion(1);
  assert.deepEqual(books(await retry(taskId, 'all')), ['done', 2, 1, 1, 0]);
  assert.equal(await countOf(3, faceIds), 1);
});

test('faces that lose the default version, or what the filter asked, while an extract runs are extracted', async () => {
  const { accountId, faceIds } = await engine.addFaces({ count: 100, images: warps.slice(0, 1) });
  const { taskId } = await engine.startExtraction(
    {
      extraction_target: 'face_descriptor',
      options: { missing: true, descriptor_version: 3 },
      filters: { objects_type: 'faces', account_id: accountId, user_data: 'picture 0' },
    },
    10,
  );
  await underWay(taskId);
  await engine
    .db()
    .query('delete from face_descriptors where descriptor_version = 1 and face_id = any($1::uuid[])', [
      faceIds,
    ]);
  await engine.db().query(`update faces set user_data = 'another' where account_id = $1`, [accountId]);
  await engine.tasks().throttle(taskId, null, tester);
  const task = await engine.ended(taskId);
  assert.deepEqual(books(task), ['done', 100, 100, 0, 0]);
  assert.equal(await countOf(3, faceIds), 100);
  assert.equal(await keysLeft(taskId), 0, 'nothing is kept of a part that is walked');
});

test('a face that is removed while an extract runs is all that it skips', async () => {
  const { accountId, faceIds } = await engine.addFaces({ count: 60, images: warps });
  const { taskId } = await engine.startExtract(accountId, 10);
  await underWay(taskId);
  const last = faceIds.slice(-2);
  for (const table of ['face_descriptors', 'faces']) {
    await engine.db().query(`delete from ${table} where face_id = any($1::uuid[])`, [last]);
  }
  await engine.tasks().throttle(taskId, null, tester);
  assert.deepEqual(books(await engine.ended(taskId)), ['done', 60, 58, 0, 2]);
});

test('a retry goes on with what a cancelled extract was to do, though the default version was removed', async () => {
  const { accountId, faceIds } = await engine.addFaces({ count: 100, images: warps });
  const { taskId } = await engine.startExtract(accountId, 10);
  await underWay(taskId);
  await engine.gateway().controlTask(await engine.tasks().control(taskId, 'cancel', tester));
  assert.equal((await engine.ended(taskId)).state, 'cancelled');
  await removeVersion(1);
  await engine.db().query('update tasks set objects_per_second = null where task_id = $1', [taskId]);
  assert.deepEqual(books(await retry(taskId, 'unfinished')), ['done', 100, 100, 0, 0]);
  assert.equal(await countOf(3, faceIds), 100);
});

test('what a cancelled extract had not planned is found by its samples, once its default version was removed', async () => {
  const { accountId, faceIds } = await engine.addFaces({ count: 30, images: warps });
  await engine.db().query('delete from samples where owner_id = $1', [faceIds[0]]);
  const { taskId } = await engine.tasks().create(
    {
      taskType: 5,
      content: {
        extraction_target: 'face_descriptor',
        options: { missing: true, descriptor_version: 3, default_descriptor_version: 1 },
        filters: { objects_type: 'faces', account_id: accountId },
        store_results: true,
      },
      description: null,
    },
    tester,
  );
  assert.equal((await engine.tasks().control(taskId, 'cancel', tester)).state, 'cancelled');
  await removeVersion(1);
  assert.deepEqual(books(await retry(taskId, 'all')), ['done', 29, 29, 0, 0]);
  assert.equal(await countOf(3, faceIds), 29);
});

test('events that lose the default version while an extract runs are extracted', async () => {
  const { accountId, events } = await engine.addEvents(40, { face: warps });
  const { taskId } = await engine.startExtraction(
    {
      extraction_target: 'face_descriptor',
      options: { missing: true, descriptor_version: 3 },
      filters: { objects_type: 'events', account_id: accountId },
    },
    10,
  );
  await underWay(taskId);
  await engine.db().query(
    `delete from event_descriptors where descriptor_version = 1 and descriptor_type = 'face'
       and event_id = any($1::uuid[])`,
    [events.map(({ eventId }) => eventId)],
  );
  await engine.tasks().throttle(taskId, null, tester);
  assert.deepEqual(books(await engine.ended(taskId)), ['done', 40, 40, 0, 0]);
});

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createPartStore } from '../../../db/engine/partStore.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildFace, insertFaces, tester } from '../../support/rows/rows.ts';

const { db } = await openTestDatabase(6);
const byHand = createGcByHand(db);

beforeEach(async () => {
  await db.query(
    'truncate faces, attributes, samples, list_faces, face_descriptors, tasks, sample_tombstones cascade',
  );
});

test('a part that somebody else has claimed can no longer be worked on by the first', async () => {
  await insertFaces(
    db,
    Array.from({ length: 6 }, () => buildFace()),
  );
  const { ref, content } = await byHand.create({ target: 'faces', confirm_all: true });
  const { gc } = byHand;
  const plan = byHand.planOf(10);
  await plan.next(ref, 0);
  const first = await byHand.claim(ref, 1, 'first');
  const second = await byHand.claim(ref, 1, 'second');
  assert.equal((await gc.removeNext(first, content, 2)).kind, 'lost');
  assert.equal((await byHand.idsIn('faces')).size, 6);
  assert.equal((await gc.removeNext(second, content, 2)).kind, 'committed');
  assert.equal((await byHand.idsIn('faces')).size, 4);
});

test('nothing is removed any more once the end of a task is written', async () => {
  await insertFaces(
    db,
    Array.from({ length: 6 }, () => buildFace()),
  );
  const { ref, content } = await byHand.create({ target: 'faces', confirm_all: true });
  const { gc, lifecycle } = byHand;
  const plan = byHand.planOf(10);
  await plan.next(ref, 0);
  const part = await byHand.claim(ref, 1, 'mine');
  await lifecycle.finish(ref, { outcome: 'cancelled' });
  assert.equal((await gc.removeNext(part, content, 2)).kind, 'lost');
  assert.equal((await createPartStore(db).claim({ ref, partNo: 1 }, 'again')).kind, 'refused');
  assert.equal((await byHand.idsIn('faces')).size, 6);
});

test('a batch that finds a cancel desired gives its part back and removes nothing', async () => {
  await insertFaces(
    db,
    Array.from({ length: 6 }, () => buildFace()),
  );
  const { ref, content } = await byHand.create({ target: 'faces', confirm_all: true });
  const { gc, tasks } = byHand;
  const plan = byHand.planOf(10);
  await plan.next(ref, 0);
  const part = await byHand.claim(ref, 1, 'mine');
  await tasks.control(ref.taskId, 'cancel', tester);
  assert.equal((await gc.removeNext(part, content, 2)).kind, 'stopped');
  assert.equal((await byHand.idsIn('faces')).size, 6);
});

test('a cancelled gc goes on after a retry and removes each object once', async () => {
  await insertFaces(
    db,
    Array.from({ length: 9 }, () => buildFace()),
  );
  const { ref, content } = await byHand.create({ target: 'faces', confirm_all: true });
  const { gc, lifecycle, tasks } = byHand;
  const plan = byHand.planOf(10);
  await plan.next(ref, 0);
  await gc.removeNext(await byHand.claim(ref, 1, 'mine'), content, 4);
  await tasks.control(ref.taskId, 'cancel', tester);
  await lifecycle.finish(ref, { outcome: 'cancelled' });
  assert.equal((await byHand.taskRow(ref))['objects_done'], 4);

  const again = await tasks.retry(ref.taskId, 'all', tester);
  await lifecycle.load(again);
  for (const partNo of (await plan.next(again, 0)).parts) await byHand.runPart(again, content, partNo, 4);
  await lifecycle.finish(again, { outcome: 'done' });
  const task = await byHand.taskRow(ref);
  assert.equal(task['state'], 'done', JSON.stringify(task['failure']));
  assert.equal(task['objects_done'], 9);
});

test('a task whose counters and tables disagree is not called done', async () => {
  await insertFaces(
    db,
    Array.from({ length: 4 }, () => buildFace()),
  );
  const { ref, content } = await byHand.create({ target: 'faces', confirm_all: true });
  const { lifecycle } = byHand;
  const plan = byHand.planOf(10);
  await plan.next(ref, 0);
  await byHand.runPart(ref, content, 1, 10);
  await db.query('update subtasks set done = done - 1');
  await lifecycle.finish(ref, { outcome: 'done' });
  const task = await byHand.taskRow(ref);
  assert.equal(task['state'], 'failed');
  assert.match(JSON.stringify(task['failure']), /3 of 4 objects.*28112/);
});

test('the images of removed samples are named with a tombstone in the same transaction', async () => {
  await insertFaces(db, [buildFace({ storageKey: 'image-one' }), buildFace({ storageKey: null })]);
  const { ref, content } = await byHand.create({ target: 'faces', confirm_all: true, remove_samples: true });
  const { gc } = byHand;
  const plan = byHand.planOf(10);
  await plan.next(ref, 0);
  const answer = await gc.removeNext(await byHand.claim(ref, 1, 'mine'), content, 10);
  assert.equal(answer.kind, 'committed');
  assert.deepEqual(answer.result.storageKeys, ['image-one']);
  assert.deepEqual(await byHand.idsIn('sample_tombstones', 'storage_key'), new Set(['image-one']));
});

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createPartStore } from '../../../db/engine/partStore.ts';
import type { GcContent, GcRequest } from '../../../domain/gc/gcContent.ts';
import type { ClaimedPart, TaskRef } from '../../../domain/tasks/parts.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildFace, insertEvents, insertFaces, tester } from '../../support/rows/rows.ts';

const { db } = await openTestDatabase(6);

beforeEach(async () => {
  await db.query(
    `truncate faces, attributes, samples, list_faces, face_descriptors, events, event_descriptors, tasks cascade`,
  );
});

const ofFaces: GcRequest = { target: 'face_descriptors', descriptor_version: 1, store_results: false };
const ofBodies: GcRequest = {
  ...{ target: 'event_descriptors', descriptor_version: 1, descriptor_type: 'body', store_results: false },
};

const addFaces = (count: number) =>
  insertFaces(
    db,
    Array.from({ length: count }, () => buildFace({ versions: [1, 3] })),
  );

const emptied = (removed: number) => ({
  ...{ kind: 'emptied', removed, chunks: 0 },
  ...{ samplesRemoved: 0, samplesLeft: 0, files: 0 },
});

const addLateDescriptor = () =>
  db.query(
    `insert into face_descriptors (face_id, descriptor_version, descriptor, create_time)
     values (gen_random_uuid(), 1, '\\x00000000', now() + interval '1 hour')`,
  );

/** Plans the task, and claims its first part. */
async function plan(request: GcRequest): Promise<{ ref: TaskRef; content: GcContent; part: ClaimedPart }> {
  const byHand = createGcByHand(db);
  const { ref, content } = await byHand.create(request);
  assert.deepEqual(await byHand.planOf(5).next(ref, 0), { parts: [1], planned: true });
  return { ref, content, part: await byHand.claim(ref, 1, 'mine') };
}

async function finish(ref: TaskRef): Promise<Record<string, unknown>> {
  await createGcByHand(db).lifecycle.finish(ref, { outcome: 'done' });
  const task = await createGcByHand(db).taskRow(ref);
  assert.equal(task['state'], 'done', JSON.stringify(task['failure']));
  return { expected: task['objects_expected'], done: task['objects_done'], skipped: task['objects_skipped'] };
}

async function countDescriptors(table: 'face_descriptors' | 'event_descriptors') {
  const rows = await db.query<{ name: string; count: number }>(
    `select 'v' || descriptor_version || case when $1 then to_jsonb(d) ->> 'descriptor_type' else '' end as name, count(*)
     from ${table} d group by name`,
    [table === 'event_descriptors'],
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

test('a gc of a whole version that keeps no list empties its partition at once, and leaves it there', async () => {
  await addFaces(12);
  const { ref, content, part } = await plan(ofFaces);
  assert.equal(part.isWhole, true);
  const answer = await createGcByHand(db).gc.emptyWhole(part, content);
  assert.equal(answer.kind, 'committed');
  assert.deepEqual(answer.result, emptied(12));
  assert.deepEqual(await finish(ref), { expected: 12, done: 12, skipped: 0 });
  assert.deepEqual(await countDescriptors('face_descriptors'), { v3: 12 });
  await addLateDescriptor();
  assert.deepEqual(await countDescriptors('face_descriptors'), { v1: 1, v3: 12 });
});

test('a version is walked part by part when its list is wanted, or somebody has added to it since', async () => {
  await addFaces(4);
  const listed = await plan({ ...ofFaces, store_results: true });
  assert.equal(listed.part.isWhole, false);
  await addLateDescriptor();
  const { ref, content, part } = await plan(ofFaces);
  assert.equal(part.isWhole, false);
  await createPartStore(db).giveBack(part, { outcome: 'given_back', rests: false });
  await createGcByHand(db).runPart(ref, content, 1, 10);
  assert.deepEqual(await finish(ref), { expected: 4, done: 4, skipped: 0 });
  assert.deepEqual(await countDescriptors('face_descriptors'), { v1: 1, v3: 4 });
});

test('what is added between planning and emptying stays, and the rest is walked', async () => {
  await addFaces(4);
  const { ref, content, part } = await plan(ofFaces);
  await db.query(
    `delete from face_descriptors where descriptor_version = 1
     and face_id = (select min(face_id::text)::uuid from face_descriptors)`,
  );
  await addLateDescriptor();
  const answer = await createGcByHand(db).gc.emptyWhole(part, content);
  assert.equal(answer.kind, 'committed');
  assert.deepEqual(answer.result, { kind: 'mixed' });
  await createPartStore(db).giveBack(part, { outcome: 'given_back', rests: false });
  await createGcByHand(db).runPart(ref, content, 1, 10);
  assert.deepEqual(await finish(ref), { expected: 4, done: 3, skipped: 1 });
  assert.deepEqual(await countDescriptors('face_descriptors'), { v1: 1, v3: 4 });
});

test('a cancel before it, and a claim that is lost, leave everything there', async () => {
  await addFaces(4);
  const { ref, content, part } = await plan(ofFaces);
  const byHand = createGcByHand(db);
  const other = await byHand.claim(ref, 1, 'other');
  assert.equal((await byHand.gc.emptyWhole(part, content)).kind, 'lost');
  await byHand.tasks.control(ref.taskId, 'cancel', tester);
  assert.equal((await byHand.gc.emptyWhole(other, content)).kind, 'stopped');
  assert.deepEqual(await countDescriptors('face_descriptors'), { v1: 4, v3: 4 });
});

test('a partition with bodies and faces is walked, one with bodies alone is emptied', async () => {
  await insertEvents(db, ['camera-1', 'camera-2']);
  const both = await plan(ofBodies);
  assert.equal(both.part.isWhole, false);
  await createPartStore(db).giveBack(both.part, { outcome: 'given_back', rests: false });
  await createGcByHand(db).runPart(both.ref, both.content, 1, 10);
  assert.deepEqual(await countDescriptors('event_descriptors'), { v1face: 2 });

  const faces = await plan({ ...ofBodies, descriptor_type: 'face' });
  assert.equal(faces.part.isWhole, true);
  const answer = await createGcByHand(db).gc.emptyWhole(faces.part, faces.content);
  assert.equal(answer.kind, 'committed');
  assert.deepEqual(answer.result, emptied(2));
  assert.deepEqual(await countDescriptors('event_descriptors'), {});
});

test('a partition that is being read is busy, and is emptied when the reader has gone', async () => {
  await addFaces(3);
  const { ref, content, part } = await plan(ofFaces);
  const { gc } = createGcByHand(db);
  await db.transaction(async (reader) => {
    await reader.query('select count(*) from face_descriptors where descriptor_version = 1');
    const busy = await gc.emptyWhole(part, content);
    assert.equal(busy.kind, 'committed');
    assert.deepEqual(busy.result, { kind: 'busy' });
  });
  assert.deepEqual(await countDescriptors('face_descriptors'), { v1: 3, v3: 3 });
  const answer = await gc.emptyWhole(part, content);
  assert.equal(answer.kind, 'committed');
  assert.equal(answer.result.kind, 'emptied');
  assert.equal(answer.result.removed, 3);
  assert.deepEqual(await finish(ref), { expected: 3, done: 3, skipped: 0 });
});

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createOriginStore } from '../../../db/gc/originStore.ts';
import type { GcContent } from '../../../domain/gc/gcContent.ts';
import type { OriginOutcome, OriginRemoval } from '../../../domain/gc/originRemoval.ts';
import type { ClaimedPart, TaskRef } from '../../../domain/tasks/parts.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildFace, insertFaces, tester } from '../../support/rows/rows.ts';

const { db } = await openTestDatabase(6);

beforeEach(async () => {
  await db.query(
    'truncate faces, attributes, samples, list_faces, face_descriptors, image_origins, tasks cascade',
  );
});

const removed: OriginOutcome = { kind: 'removed' };
const refused: OriginOutcome = { kind: 'refused', reason: 'answered 403' };

/** Faces whose first ones have as many origins as is said. */
async function addFaces(origins: readonly number[]): Promise<string[]> {
  const faces = origins.map(() => buildFace());
  await insertFaces(db, faces);
  const rows = faces.flatMap(({ faceId }, n) =>
    Array.from({ length: origins[n] ?? 0 }, (_, no) => [faceId, no + 1] as const),
  );
  await db.query(
    `insert into image_origins (owner_id, origin_no, url)
     select id, no, 'http://cdn.example/' || id || '/' || no from unnest($1::uuid[], $2::integer[]) o (id, no)`,
    [rows.map(([id]) => id), rows.map(([, no]) => no)],
  );
  return faces.map(({ faceId }) => faceId);
}

async function startGc(
  storeResults = true,
): Promise<{ ref: TaskRef; content: GcContent; part: ClaimedPart }> {
  const byHand = createGcByHand(db);
  const { ref, content } = await byHand.create({
    ...{ target: 'faces', confirm_all: true, remove_image_origins: true, store_results: storeResults },
  });
  await byHand.planOf(100).next(ref, 0);
  const answer = await byHand.gc.removeNext(await byHand.claim(ref, 1, 'first'), content, 100);
  assert.equal(answer.kind, 'committed');
  return { ref, content, part: answer.part };
}

/** Settles what is due, as `judge` says. */
async function settle(
  part: ClaimedPart,
  content: GcContent,
  judge: (origin: OriginRemoval) => OriginOutcome,
) {
  const { due } = await createOriginStore(db).readDue(part, 100);
  const answer = await createOriginStore(db).settle(
    part,
    content,
    due.map((removal) => ({ removal, outcome: judge(removal) })),
  );
  assert.equal(answer.kind, 'committed');
  return { ...answer, tried: due.length };
}

const partRow = async (ref: TaskRef) => {
  const [row] = await db.query<Record<string, unknown>>(
    `select state, done, failed, skipped, origins_removed as origins,
       (select coalesce(sum(count), 0)::bigint from task_result_chunks c where c.task_id = s.task_id) as named
     from subtasks s where task_id = $1`,
    [ref.taskId],
  );
  return row;
};

const openErrors = (ref: TaskRef) =>
  db.query<{ object_id: string; error_code: number; detail: string; attempts: number }>(
    `select object_id, error_code, detail, attempts from task_errors
     where task_id = $1 and overcome_time is null order by object_id`,
    [ref.taskId],
  );

test('an object is done only when each of its origins is removed', async () => {
  await addFaces([0, 1, 2]);
  const { ref, content, part } = await startGc();
  assert.deepEqual(await partRow(ref), {
    ...{ state: 'running', done: 1, failed: 0, skipped: 0, origins: 0, named: 1 },
  });
  const first = await settle(part, content, ({ originNo }) =>
    originNo === 2 ? { kind: 'again', reason: 'answered 503', afterMs: 0 } : removed,
  );
  assert.equal(first.result.finished, false);
  assert.deepEqual(await partRow(ref), {
    ...{ state: 'running', done: 2, failed: 0, skipped: 0, origins: 2, named: 2 },
  });
  const second = await settle(first.part, content, () => removed);
  assert.equal(second.result.finished, true);
  assert.deepEqual(await partRow(ref), {
    ...{ state: 'done', done: 3, failed: 0, skipped: 0, origins: 3, named: 3 },
  });
  await createGcByHand(db).lifecycle.finish(ref, { outcome: 'done' });
  const task = await createGcByHand(db).taskRow(ref);
  assert.equal(task['state'], 'done', JSON.stringify(task['failure']));
  assert.equal(task['origins_removed'], 3);
});

test('a worker that dies between the commit and the DELETE leaves the origins to the next, which counts them once', async () => {
  const [bare = '', faced = ''] = await addFaces([0, 1]);
  const { ref, content, part } = await startGc();
  const byHand = createGcByHand(db);
  const second = await byHand.claim(ref, 1, 'second');
  const { due } = await createOriginStore(db).readDue(second, 100);
  assert.deepEqual(
    due.map(({ url }) => url),
    [`http://cdn.example/${faced}/1`],
  );
  const settled = due.map((removal) => ({ removal, outcome: removed }));
  assert.equal(
    (await createOriginStore(db).settle(part, content, settled)).kind,
    'lost',
    'the first has no say',
  );
  const answer = await createOriginStore(db).settle(second, content, settled);
  assert.equal(answer.kind, 'committed');
  assert.equal(answer.result.finished, true);
  assert.deepEqual(await partRow(ref), {
    ...{ state: 'done', done: 2, failed: 0, skipped: 0, origins: 1, named: 2 },
  });
  const named = await byHand.idsIn('(select unnest(ids) as face_id from task_result_chunks) named');
  assert.deepEqual(named, new Set([bare, faced]));
});

test('an origin that refuses makes its object failed once, and a retry does that origin alone', async () => {
  const [, one = '', two = ''] = await addFaces([1, 1, 2]);
  const { ref, content, part } = await startGc();
  const byHand = createGcByHand(db);
  const refuses = ({ objectId, originNo }: OriginRemoval) =>
    objectId === one || (objectId === two && originNo === 2) ? refused : removed;
  assert.equal((await settle(part, content, refuses)).result.finished, true);
  const once = { error_code: 28_104, detail: 'answered 403', attempts: 1 };
  assert.deepEqual(await openErrors(ref), [
    { object_id: one, ...once },
    { object_id: two, ...once },
  ]);
  assert.deepEqual(await partRow(ref), {
    ...{ state: 'done', done: 1, failed: 2, skipped: 0, origins: 2, named: 1 },
  });
  await byHand.lifecycle.finish(ref, { outcome: 'done' });
  assert.equal((await byHand.taskRow(ref))['state'], 'done');

  const again = await byHand.tasks.retry(ref.taskId, 'failed', tester);
  await byHand.lifecycle.load(again);
  assert.deepEqual((await byHand.planOf(100).next(again, 0)).parts, [1]);
  const retried = await settle(await byHand.claim(again, 1, 'again'), content, ({ objectId }) =>
    objectId === one ? removed : refused,
  );
  assert.equal(retried.tried, 2);
  assert.equal(retried.result.finished, true);
  assert.deepEqual(await openErrors(ref), [{ object_id: two, ...once, attempts: 2 }]);
  assert.deepEqual(await partRow(ref), {
    ...{ state: 'done', done: 2, failed: 1, skipped: 0, origins: 3, named: 2 },
  });
  await byHand.lifecycle.finish(again, { outcome: 'done' });
  const task = await byHand.taskRow(ref);
  assert.equal(task['state'], 'done', JSON.stringify(task['failure']));
});

test('an origin that is tried again later is not due before, and its part says when', async () => {
  await addFaces([1]);
  const { content, part } = await startGc(false);
  const waiting = await settle(part, content, () => ({
    kind: 'again',
    reason: 'answered 503',
    afterMs: 60_000,
  }));
  const { due, nextInMs } = await createOriginStore(db).readDue(waiting.part, 100);
  assert.deepEqual(due, []);
  assert.ok(nextInMs !== null && nextInMs > 50_000 && nextInMs <= 60_000, String(nextInMs));
  await db.query(`update origin_removals set next_attempt_time = now()`);
  const [retry] = (await createOriginStore(db).readDue(waiting.part, 100)).due;
  assert.equal(retry?.attempts, 1);
});

test('a cancel keeps the origins that are not settled, and a retry settles them', async () => {
  await addFaces([1, 0]);
  const { ref, content, part } = await startGc();
  const byHand = createGcByHand(db);
  await byHand.tasks.control(ref.taskId, 'cancel', tester);
  const { due } = await createOriginStore(db).readDue(part, 100);
  const settled = due.map((removal) => ({ removal, outcome: removed }));
  assert.equal((await createOriginStore(db).settle(part, content, settled)).kind, 'stopped');
  await byHand.lifecycle.finish(ref, { outcome: 'cancelled' });
  assert.equal((await byHand.taskRow(ref))['objects_done'], 1);

  const again = await byHand.tasks.retry(ref.taskId, 'all', tester);
  await byHand.lifecycle.load(again);
  assert.equal((await settle(await byHand.claim(again, 1, 'again'), content, () => removed)).tried, 1);
  await byHand.lifecycle.finish(again, { outcome: 'done' });
  const task = await byHand.taskRow(ref);
  assert.deepEqual([task['state'], task['objects_done'], task['origins_removed']], ['done', 2, 1]);
});

test('origins of a gc that does not remove them are forgotten with their object', async () => {
  await addFaces([2]);
  const ref = await createGcByHand(db).run({ target: 'faces', confirm_all: true });
  const [left] = await db.query<{ left: number }>(
    'select (select count(*) from image_origins) + (select count(*) from origin_removals) as left',
  );
  assert.equal(left?.left, 0);
  assert.equal((await createGcByHand(db).taskRow(ref))['origins_removed'], 0);
});

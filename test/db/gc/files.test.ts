import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createOriginStore } from '../../../db/gc/originStore.ts';
import { createTombstoneStore } from '../../../db/gc/tombstoneStore.ts';
import type { FileOutcome } from '../../../domain/gc/originRemoval.ts';
import type { GcContent } from '../../../domain/gc/gcContent.ts';
import type { ClaimedPart, TaskRef } from '../../../domain/tasks/parts.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildFace, insertFaces, tester } from '../../support/rows/rows.ts';

const { db } = await openTestDatabase(6);
const byHand = createGcByHand(db);
const tombstones = createTombstoneStore(db);

beforeEach(async () => {
  await db.query(
    'truncate faces, attributes, samples, list_faces, face_descriptors, image_origins, tasks, sample_tombstones cascade',
  );
});

const addFaces = async (...keys: (string | null)[]): Promise<string[]> => {
  const faces = keys.map((storageKey) => buildFace({ storageKey }));
  await insertFaces(db, faces);
  return faces.map(({ faceId }) => faceId);
};

interface Started {
  readonly ref: TaskRef;
  readonly content: GcContent;
  readonly part: ClaimedPart;
}

/** The rows of all faces are gone, and none of their files. */
async function removeRows(
  more: { store_results?: boolean; remove_image_origins?: boolean } = {},
): Promise<Started> {
  const { ref, content } = await byHand.create({
    ...{ target: 'faces', confirm_all: true, remove_samples: true, ...more },
  });
  await byHand.planOf(100).next(ref, 0);
  const answer = await byHand.gc.removeNext(await byHand.claim(ref, 1, 'first'), content, 100);
  assert.equal(answer.kind, 'committed');
  return { ref, content, part: answer.part };
}

/** Files are gone, but those that are named resist. */
async function settle({ content, part }: Started, resisting: readonly string[] = []): Promise<ClaimedPart> {
  const keys = await tombstones.listPending(part, 100);
  const outcomes = keys.map((storageKey): FileOutcome => ({
    storageKey,
    refusal: resisting.includes(storageKey) ? 'EISDIR: illegal operation on a directory' : null,
  }));
  return (await tombstones.settle(part, content, outcomes)).part;
}

async function end({ ref, content }: Started, part: ClaimedPart): Promise<Record<string, unknown>> {
  const answer = await byHand.gc.removeNext(part, content, 100);
  assert.equal(answer.kind === 'committed' && answer.result.finished, true);
  await byHand.lifecycle.finish(ref, { outcome: 'done' });
  return byHand.taskRow(ref);
}

const countsOf = (task: Record<string, unknown>) => ({
  state: task['state'],
  done: task['objects_done'],
  failed: task['objects_failed'],
  samples: task['samples_removed'],
});

const named = async (ref: TaskRef): Promise<string[]> => {
  const rows = await db.query<{ id: string }>(
    'select unnest(ids) as id from task_result_chunks where task_id = $1 order by 1',
    [ref.taskId],
  );
  return rows.map(({ id }) => id);
};

const openErrors = (ref: TaskRef) =>
  db.query<{ object_id: string; error_code: number; detail: string }>(
    `select object_id, error_code, detail from task_errors
     where task_id = $1 and overcome_time is null order by object_id`,
    [ref.taskId],
  );

/** What a sweep does an hour later. */
async function sweep(resisting: readonly string[] = []): Promise<number> {
  await db.query(
    `update sample_tombstones set create_time = create_time - interval '1 hour', next_attempt_time = now() - interval '1 hour'`,
  );
  const old = await tombstones.listOld(60, 100);
  await tombstones.settleOld(
    old,
    old.map(({ storageKey }) => ({
      storageKey,
      refusal: resisting.includes(storageKey) ? 'EPERM: operation not permitted' : null,
    })),
  );
  return old.length;
}

test('samples count as removed when their files are gone, and a part ends only then', async () => {
  await addFaces('image-one', 'image-two', null);
  const started = await removeRows();
  assert.equal(started.part.checkpoint.samplesRemoved, 1, 'the one that had no file');
  const [row] = await db.query<{ state: string }>('select state from subtasks');
  assert.equal(row?.state, 'running');
  const part = await settle(started);
  assert.equal(part.checkpoint.samplesRemoved, 3);
  assert.deepEqual(countsOf(await end(started, part)), { state: 'done', done: 3, failed: 0, samples: 3 });
  assert.deepEqual(await tombstones.listPending(part, 10), []);
});

for (const stored of [true, false]) {
  test(`a file that resists is its object's error until it is gone, ${stored ? 'with' : 'without'} a result`, async () => {
    const [first = '', second = ''] = await addFaces('image-one', 'image-two');
    const started = await removeRows({ store_results: stored });
    const part = await settle(started, ['image-one']);
    assert.deepEqual(countsOf(await end(started, part)), { state: 'done', done: 1, failed: 1, samples: 1 });
    assert.deepEqual(await named(started.ref), stored ? [second] : []);
    assert.deepEqual(await openErrors(started.ref), [
      { object_id: first, error_code: 28109, detail: 'EISDIR: illegal operation on a directory' },
    ]);
    assert.equal(await sweep(['image-one']), 1);
    assert.deepEqual(countsOf(await byHand.taskRow(started.ref)), {
      state: 'done',
      done: 1,
      failed: 1,
      samples: 1,
    });
    const { refused, oldestSeconds } = await tombstones.figures();
    assert.deepEqual([refused, oldestSeconds > 3_600], [1, true]);
    await assert.rejects(tombstones.check(), { publicReason: '1 file of removed samples cannot be removed' });

    assert.equal(await sweep(), 1);
    assert.deepEqual(countsOf(await byHand.taskRow(started.ref)), {
      state: 'done',
      done: 2,
      failed: 0,
      samples: 2,
    });
    assert.deepEqual(await named(started.ref), stored ? [first, second].sort() : []);
    assert.deepEqual(await openErrors(started.ref), []);
    assert.equal((await tombstones.figures()).refused, 0);
    await tombstones.check();
  });
}

test('a file that resisted is not tried at each round: an hour has one try, in the end', async () => {
  await addFaces('image-one');
  const started = await removeRows();
  await end(started, await settle(started, ['image-one']));
  await db.query(`update sample_tombstones set create_time = now() - interval '1 day'`);
  assert.deepEqual(await tombstones.listOld(60, 100), []);
  for (let attempt = 0; attempt < 12; attempt++) await sweep(['image-one']);
  const [row] = await db.query<{ attempts: number; minutes: number }>(
    `select attempts, round(extract(epoch from next_attempt_time - now()) / 60)::integer as minutes from sample_tombstones`,
  );
  assert.deepEqual(row, { attempts: 13, minutes: 60 });
});

test('a retry of the failed objects tries their files again', async () => {
  const [first = ''] = await addFaces('image-one', 'image-two');
  const started = await removeRows();
  await end(started, await settle(started, ['image-one']));
  const ref = await byHand.tasks.retry(started.ref.taskId, { errorCode: 28109 }, tester);
  await byHand.lifecycle.load(ref);
  const again = { ...started, ref, part: await byHand.claim(ref, 1, 'again') };
  const part = await settle(again);
  assert.deepEqual(countsOf(await end(again, part)), { state: 'done', done: 2, failed: 0, samples: 2 });
  assert.ok((await named(ref)).includes(first));
  assert.deepEqual(await openErrors(ref), []);
});

test('a worker that dies before the files leaves them to the next attempt, which counts them once', async () => {
  await addFaces('image-one', 'image-two');
  const dead = await removeRows();
  const next = { ...dead, part: await byHand.claim(dead.ref, 1, 'second') };
  const part = await settle(next);
  assert.equal(await sweep(), 0);
  await settle(dead);
  assert.deepEqual(countsOf(await end(next, part)), { state: 'done', done: 2, failed: 0, samples: 2 });
});

test('files of a cancelled task are counted when the sweep has removed them, and those that resist fail', async () => {
  const [first = '', second = ''] = await addFaces('image-one', 'image-two');
  const { ref } = await removeRows();
  await byHand.tasks.control(ref.taskId, 'cancel', tester);
  await byHand.lifecycle.finish(ref, { outcome: 'cancelled' });
  assert.deepEqual(countsOf(await byHand.taskRow(ref)), {
    state: 'cancelled',
    done: 2,
    failed: 0,
    samples: 0,
  });
  await sweep(['image-one']);
  assert.deepEqual(countsOf(await byHand.taskRow(ref)), {
    state: 'cancelled',
    done: 1,
    failed: 1,
    samples: 1,
  });
  assert.deepEqual(await named(ref), [second]);
  assert.deepEqual(
    (await openErrors(ref)).map(({ object_id }) => object_id),
    [first],
  );
  await sweep();
  assert.deepEqual(countsOf(await byHand.taskRow(ref)), {
    state: 'cancelled',
    done: 2,
    failed: 0,
    samples: 2,
  });
});

test('files of a task that was deleted are removed all the same', async () => {
  await addFaces('image-one');
  const { ref } = await removeRows();
  await byHand.tasks.control(ref.taskId, 'cancel', tester);
  await byHand.lifecycle.finish(ref, { outcome: 'cancelled' });
  await byHand.tasks.remove(ref.taskId, tester);
  assert.equal(await sweep(['image-one']), 1);
  assert.equal((await tombstones.figures()).refused, 1);
  assert.equal(await sweep(), 1);
  assert.deepEqual(await db.query('select from sample_tombstones'), []);
});

for (const fileFirst of [true, false]) {
  test(`an object whose file and image origin resist is done when both are gone, the ${fileFirst ? 'file' : 'origin'} first`, async () => {
    const [face = ''] = await addFaces('image-one');
    await db.query(`insert into image_origins values ($1, 1, 'http://cdn.example/one')`, [face]);
    const started = await removeRows({ remove_image_origins: true });
    const { content } = started;
    const origins = createOriginStore(db);
    const settleOrigins = async (part: ClaimedPart, isGone: boolean): Promise<ClaimedPart> => {
      const { due } = await origins.readDue(part, 10);
      const outcome = isGone
        ? ({ kind: 'removed' } as const)
        : ({ kind: 'refused', reason: 'answered 403' } as const);
      const answer = await origins.settle(
        part,
        content,
        due.map((removal) => ({ removal, outcome })),
      );
      assert.equal(answer.kind, 'committed');
      return answer.part;
    };
    const retry = async () => {
      const ref = await byHand.tasks.retry(started.ref.taskId, 'failed', tester);
      await byHand.lifecycle.load(ref);
      return { ...started, ref, part: await byHand.claim(ref, 1, `attempt ${ref.generation}`) };
    };
    const finish = async (ref: TaskRef) => {
      await byHand.lifecycle.finish(ref, { outcome: 'done' });
      return countsOf(await byHand.taskRow(ref));
    };

    await settleOrigins(await settle(started, ['image-one']), false);
    assert.deepEqual(await finish(started.ref), { state: 'done', done: 0, failed: 1, samples: 0 });
    const second = await retry();
    await settleOrigins(await settle(second, fileFirst ? [] : ['image-one']), !fileFirst);
    assert.deepEqual(await finish(second.ref), {
      state: 'done',
      done: 0,
      failed: 1,
      samples: fileFirst ? 1 : 0,
    });
    assert.deepEqual(
      (await openErrors(second.ref)).map(({ error_code }) => error_code),
      [fileFirst ? 28104 : 28109],
    );
    const third = await retry();
    await settleOrigins(await settle(third), true);
    assert.deepEqual(await finish(third.ref), { state: 'done', done: 1, failed: 0, samples: 1 });
    assert.deepEqual(await named(third.ref), [face]);
    assert.deepEqual(await openErrors(third.ref), []);
  });
}

test('samples that a removal leaves are counted in its books', async () => {
  await addFaces('image-one', 'image-two', null);
  const ref = await byHand.run({ target: 'faces', confirm_all: true });
  const task = await byHand.taskRow(ref);
  assert.deepEqual([task['state'], task['samples_removed'], task['samples_left']], ['done', 0, 3]);
});

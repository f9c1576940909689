import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import pg from 'pg';
import { createGcStore } from '../../../db/gc/gcStore.ts';
import { createPartPlan } from '../../../db/engine/partPlan.ts';
import { createPartStore } from '../../../db/engine/partStore.ts';
import { createTaskLifecycle } from '../../../db/engine/taskLifecycle.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import { freezeGcContent, type GcContent } from '../../../domain/gc/gcContent.ts';
import type { ClaimedPart } from '../../../domain/tasks/parts.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { buildFace, insertFaces, tester, type FaceRow } from '../../support/rows/rows.ts';
import { waitFor } from '../../support/waitFor.ts';

const { db, url } = await openTestDatabase(6);
let faces: FaceRow[];
let part: ClaimedPart;
let content: GcContent;

/** Ten faces that a claimed part is about to remove. */
beforeEach(async () => {
  await db.query('truncate faces, attributes, samples, list_faces, face_descriptors, tasks cascade');
  faces = Array.from({ length: 10 }, () => buildFace({ externalId: 'selected' }));
  await insertFaces(db, faces);
  content = freezeGcContent({ target: 'faces', filters: { external_ids: ['selected'] } }, new Date());
  const ref = await createTaskStore(db, null).create(
    { taskType: taskTypes.gc, content, description: null },
    tester,
  );
  await createTaskLifecycle(db).load(ref);
  await createPartPlan(db, { partSizes: { gc: 10, extract: 10 }, partsPerStep: 1 }).next(ref, 0);
  const claiming = await createPartStore(db).claim({ ref, partNo: 1 }, 'mine');
  assert.equal(claiming.kind, 'claimed');
  part = claiming.part;
});

/** A batch of eight that has selected its objects when somebody else's change to some of them is committed. */
async function batchOvertakenBy(change: string, ids: readonly string[]) {
  const other = new pg.Client({ connectionString: url });
  await other.connect();
  try {
    await other.query('begin');
    await other.query(change, [ids]);
    const batch = createGcStore(db).removeNext(part, content, 8);
    await waitFor('the batch to wait for the other transaction', async () => {
      const [row] = await db.query<{ waiting: number }>(
        `select count(*) as waiting from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return row?.waiting === 1;
    });
    await other.query('commit');
    return await batch;
  } finally {
    await other.end();
  }
}

async function column(sql: string): Promise<string[]> {
  return (await db.query<{ id: string }>(sql)).map(({ id }) => id);
}

const idOf = ({ faceId }: FaceRow) => faceId;

test('faces that somebody else removes at the same time are neither counted nor named by the result', async () => {
  const theirs = faces.slice(2, 5).map(idOf);
  const answer = await batchOvertakenBy('delete from faces where face_id = any($1::uuid[])', theirs);
  const ours = faces
    .slice(0, 10)
    .map(idOf)
    .filter((id) => !theirs.includes(id));
  assert.equal(answer.kind, 'committed');
  assert.equal(answer.result.removed, 7);
  assert.equal(answer.part.checkpoint.done, 7);
  assert.deepEqual(await column('select unnest(ids) as id from task_result_chunks'), ours);
  assert.deepEqual(await column('select face_id as id from faces'), []);
});

test('a face that stops being selected at the same time stays, with everything that hangs on it', async () => {
  const [changed] = faces.slice(3).map(idOf);
  assert.ok(changed !== undefined);
  const answer = await batchOvertakenBy(
    `update faces set external_id = 'kept' where face_id = any($1::uuid[])`,
    [changed],
  );
  assert.equal(answer.kind, 'committed');
  assert.equal(answer.result.removed, 8);
  const left = [changed, faces.at(-1)?.faceId];
  assert.deepEqual(await column('select face_id as id from faces order by face_id'), left);
  assert.deepEqual(await column('select face_id as id from attributes order by face_id'), left);
  const named = await column('select unnest(ids) as id from task_result_chunks');
  assert.deepEqual(
    named,
    faces
      .slice(0, 9)
      .map(idOf)
      .filter((id) => id !== changed),
  );
});

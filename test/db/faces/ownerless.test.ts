import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { v7 as newId } from 'uuid';
import { createImportStore } from '../../../db/faces/importStore.ts';
import { createOwnerlessCount } from '../../../db/faces/ownerlessCount.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { waitFor } from '../../support/waitFor.ts';

const { db } = await openTestDatabase(8);
const byHand = createGcByHand(db);

beforeEach(async () => {
  await db.query(
    'truncate faces, events, attributes, samples, list_faces, face_descriptors, tasks, sample_tombstones cascade',
  );
});

/** Samples of owners that are not there. */
async function addOwnerless(
  count: number,
  age: string,
  kinds: readonly string[] = ['face'],
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await db.query(
    `insert into samples (owner_id, kind, sample_id, storage_key, create_time)
     select id, kind, gen_random_uuid(), id || '-' || kind, now() - $3::interval
     from unnest($1::uuid[]) id, unnest($2::text[]) kind`,
    [ids, kinds, age],
  );
  return ids;
}

const owners = () => byHand.idsIn('samples', 'owner_id');

test('samples without an owner go with all their kinds, and those of faces and events stay', async () => {
  const gone = await addOwnerless(13, '1 day', ['face', 'body']);
  const faces = Array.from({ length: 7 }, () => buildFace({ storageKey: `image-${newId()}` }));
  await insertFaces(db, faces);
  await db.query(`update samples set create_time = now() - interval '2 days'`);
  const ref = await byHand.run({ target: 'samples' });
  const task = await byHand.taskRow(ref);
  assert.deepEqual([task['state'], task['objects_done']], ['done', 13], JSON.stringify(task['failure']));
  assert.deepEqual(await owners(), new Set(faces.map(({ faceId }) => faceId)));
  const chunks = await db.query<{ ids: string[] }>(
    'select ids from task_result_chunks order by part_no, seq',
  );
  assert.deepEqual(chunks.flatMap(({ ids }) => ids).sort(), gone.sort());
  assert.equal(task['samples_removed'], 26);
});

test('a sample that has only just come is never taken, whatever age is asked for', async () => {
  await addOwnerless(3, '11 minutes');
  const fresh = await addOwnerless(3, '9 minutes');
  const [both = ''] = await addOwnerless(1, '1 day');
  await db.query(`insert into samples (owner_id, kind, sample_id) values ($1, 'body', gen_random_uuid())`, [
    both,
  ]);
  await byHand.run({ target: 'samples', filters: { create_time__lt: '2999-01-01T00:00:00Z' } });
  assert.deepEqual(await owners(), new Set([...fresh, both]));
});

test('an age is that of the newest sample of an owner', async () => {
  const [older = ''] = await addOwnerless(1, '3 days', ['face', 'body']);
  await addOwnerless(1, '1 hour', ['face']);
  await byHand.run({ target: 'samples', filters: { create_time__gte: 'now-1d' } });
  assert.deepEqual(await owners(), new Set([older]));
  await db.query(`update samples set create_time = now() - interval '1 hour' where kind = 'body'`);
  await byHand.run({ target: 'samples', filters: { create_time__lt: 'now-1d' } });
  assert.deepEqual(await owners(), new Set([older]));
});

test('a sample is not taken from under an owner that is coming into being', async () => {
  const [returning = ''] = await addOwnerless(2, '1 day');
  const { ref, content } = await byHand.create({ target: 'samples' });
  await byHand.planOf(10).next(ref, 0);
  const part = await byHand.claim(ref, 1, 'mine');
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let entered = (): void => undefined;
  const written = new Promise<void>((resolve) => (entered = resolve));
  const restoring = db.transaction(async (tx) => {
    await tx.query(`insert into faces (face_id, account_id) values ($1, gen_random_uuid())`, [returning]);
    entered();
    await released;
  });
  await written;
  const removing = byHand.gc.removeNext(part, content, 10);
  await waitFor('the gc to wait for who writes faces', async () => {
    const rows = await db.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'lock table faces%'`,
    );
    return rows.length === 1;
  });
  release();
  await restoring;
  const answer = await removing;
  assert.equal(answer.kind, 'committed');
  assert.equal(answer.result.removed, 1);
  assert.deepEqual(await owners(), new Set([returning]));
});

test('what an import has under way is not taken', async () => {
  const [face, key] = [newId(), newId()];
  const store = createImportStore(db);
  await store.prepareVersion(1);
  await store.announceImages([key]);
  await byHand.run({ target: 'samples' });
  const target = { accountId: newId(), listId: null, descriptorVersion: 1 };
  const added = await store.addFaces(target, [
    {
      ...{
        externalId: 'one',
        userData: '',
        source: '',
        descriptor: Float32Array.of(1),
        basicAttributes: null,
      },
      ...{ face: { id: face, sampleId: key }, event: null },
    },
  ]);
  assert.equal(added, 1);
  await byHand.run({ target: 'samples' });
  assert.deepEqual(await owners(), new Set([face]));
});

test('samples without an owner are counted a stretch at a time, round after round', async () => {
  const count = createOwnerlessCount(db);
  await insertFaces(
    db,
    Array.from({ length: 7 }, () => buildFace({ storageKey: `image-${newId()}` })),
  );
  await addOwnerless(5, '1 day', ['face', 'body']);
  await count.step(4);
  assert.deepEqual(await count.figures(), { total: null });
  for (let step = 0; step < 4; step++) await count.step(4);
  assert.deepEqual(await count.figures(), { total: 10 });
  await db.query('delete from samples where owner_id not in (select face_id from faces)');
  await count.step();
  await count.step();
  assert.deepEqual(await count.figures(), { total: 0 });
});

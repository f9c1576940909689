import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { auditBooks, takeSnapshot } from '../../../books/auditBooks.ts';
import { withClient } from '../../../books/withClient.ts';
import { createTaskPreviews } from '../../../db/selection/preview/taskPreview.ts';
import type { ExtractContent } from '../../../domain/extract/extractContent.ts';
import { freezeGcContent, type GcRequest } from '../../../domain/gc/gcContent.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildFace, tester } from '../../support/rows/rows.ts';
import { seedRemovable } from '../../support/rows/removableRows.ts';
import { tableHashes } from '../../support/rows/tableHashes.ts';

const { db, url } = await openTestDatabase(6);
const byHand = createGcByHand(db);
let faceIds: string[];

beforeEach(async () => {
  const faces = Array.from({ length: 9 }, () => buildFace({ externalId: 'selected', versions: [1, 3] }));
  await seedRemovable(db, faces);
  faceIds = faces.map(({ faceId }) => faceId);
});

const named = async (taskId: number): Promise<string[]> => {
  const rows = await db.query<{ id: string }>(
    'select unnest(ids) as id from task_result_chunks where task_id = $1 order by 1',
    [taskId],
  );
  return rows.map(({ id }) => id);
};

const selected = { external_ids: ['selected'] };
const requests: Readonly<Record<string, { request: GcRequest; objects: number; samples: number }>> = {
  faces: {
    request: { target: 'faces', filters: selected, remove_samples: true, remove_image_origins: true },
    ...{ objects: 9, samples: 9 },
  },
  events: {
    request: { target: 'events', confirm_all: true, remove_samples: true },
    ...{ objects: 4, samples: 4 },
  },
  'face descriptors': {
    request: { target: 'face_descriptors', descriptor_version: 1 },
    ...{ objects: 10, samples: 0 },
  },
  'event descriptors': {
    request: { target: 'event_descriptors', descriptor_version: 101, descriptor_type: 'body' },
    ...{ objects: 4, samples: 0 },
  },
  'samples without an owner': { request: { target: 'samples' }, objects: 1, samples: 1 },
};

for (const [words, { request, objects, samples }] of Object.entries(requests)) {
  test(`a rehearsal of a removal of ${words} says what would go, and leaves every table as it was`, async () => {
    const before = await tableHashes(db);
    await withClient(url, takeSnapshot);
    const ref = await byHand.run({ ...request, rehearsal: true });
    const task = await byHand.taskRow(ref);
    assert.deepEqual(
      [task['state'], task['objects_done'], task['samples_removed'], task['origins_removed']],
      ['done', objects, samples, 0],
    );
    assert.equal((await named(ref.taskId)).length, objects);
    assert.deepEqual(await tableHashes(db), before);
    assert.deepEqual(await withClient(url, (client) => auditBooks(client, { taskIds: [ref.taskId] })), []);
    const real = await byHand.create(request);
    await byHand.planOf(100).next(real.ref, 0);
    assert.equal((await byHand.taskRow(real.ref))['objects_expected'], objects);
  });
}

test('a rehearsal without a list of a whole version leaves the partition full', async () => {
  const ref = await byHand.run({
    ...{ target: 'face_descriptors', descriptor_version: 1, store_results: false, rehearsal: true },
  });
  assert.equal((await byHand.taskRow(ref))['objects_done'], 10);
  assert.deepEqual(await named(ref.taskId), []);
  const [row] = await db.query<{ count: number }>('select count(*) from face_descriptors_v1');
  assert.equal(row?.count, 10);
});

test('what the database would refuse to remove is an error of the rehearsal with its own words, also where it is looked at with the commit', async () => {
  const [first, second] = [faceIds[2], faceIds[6]];
  await db.query(
    `create table refers (face_id uuid references faces (face_id) deferrable initially deferred)`,
  );
  try {
    await db.query('insert into refers select unnest($1::uuid[])', [[first, second]]);
    const ref = await byHand.run({ target: 'faces', filters: selected, rehearsal: true }, 100, 1);
    const task = await byHand.taskRow(ref);
    assert.deepEqual([task['objects_done'], task['objects_failed']], [7, 2]);
    const errors = await db.query<{ object_id: string; error_code: number; detail: string }>(
      'select object_id, error_code, detail from task_errors where task_id = $1 order by object_id',
      [ref.taskId],
    );
    assert.deepEqual(
      errors.map(({ object_id }) => object_id),
      [first, second].sort(),
    );
    for (const { error_code, detail } of errors) {
      assert.equal(error_code, 28107);
      assert.match(detail, /violates foreign key constraint/);
    }
    assert.equal((await byHand.idsIn('faces')).size, 10);
  } finally {
    await db.query('drop table refers');
  }
});

test('a rehearsal of a version and an extract that needs it do not wait for each other', async () => {
  const { ref } = await byHand.create({ target: 'face_descriptors', descriptor_version: 1, rehearsal: true });
  const content: ExtractContent = {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3, default_descriptor_version: 1 },
    filters: { objects_type: 'faces' },
    store_results: true,
  };
  await byHand.tasks.create({ taskType: taskTypes.additionalExtract, content, description: null }, tester);
  await byHand.create({ target: 'face_descriptors', descriptor_version: 3, rehearsal: true });
  assert.ok(ref.taskId > 0);
});

test('a preview of a rehearsal frees nothing', async () => {
  const previews = createTaskPreviews(db);
  const of = (rehearsal: boolean) =>
    previews.preview((now) => ({
      kind: 'gc',
      content: freezeGcContent({ target: 'faces', filters: selected, rehearsal }, now),
    }));
  assert.equal((await of(true)).freedBytes, null);
  assert.equal((await of(true)).count, 9);
});

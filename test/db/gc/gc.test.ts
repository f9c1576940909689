import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { createPartPlan } from '../../../db/engine/partPlan.ts';
import type { FaceFilters } from '../../../domain/tasks/filters.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { hasNoEmptyRange } from '../../support/noEmptyRange.ts';
import { buildFace, insertEvents, insertFaces, type FaceRow } from '../../support/rows/rows.ts';

const { db } = await openTestDatabase(6);
const byHand = createGcByHand(db);

beforeEach(async () => {
  await db.query(
    'truncate faces, attributes, samples, list_faces, face_descriptors, tasks, sample_tombstones cascade',
  );
});

// Few different values, so that filters hit and miss.
const uuids = [1, 2, 3].map((n) => `0190000${n}-0000-7000-8000-00000000000${n}`);
const someUuid = fc.constantFrom(...uuids);
const someText = fc.constantFrom('a', 'b', "c'; drop table faces; --");
const someTime = fc.constantFrom(
  '2025-01-01T00:00:00.000Z',
  '2025-06-01T00:00:00.000Z',
  '2025-12-31T23:59:59.999Z',
);

const faces = fc.array(
  fc.record({
    accountId: someUuid,
    eventId: fc.option(someUuid),
    externalId: fc.option(someText, { nil: '' }),
    userData: fc.option(someText, { nil: '' }),
    createTime: someTime,
    listIds: fc.uniqueArray(someUuid, { maxLength: 3 }),
    versions: fc.subarray([1, 3]),
    storageKey: fc.constantFrom(null, undefined),
  }),
  { maxLength: 24 },
);
const anyFilters: fc.Arbitrary<FaceFilters> = fc.record(
  {
    account_id: someUuid,
    list_id: someUuid,
    event_ids: fc.array(someUuid, { minLength: 1, maxLength: 2 }),
    external_ids: fc.array(someText, { minLength: 1, maxLength: 2 }),
    user_data: someText,
    create_time__gte: someTime,
    create_time__lt: someTime,
  },
  { requiredKeys: [] },
);
const filters = anyFilters.filter((filter) => hasNoEmptyRange({ ...filter }));

/** What the filter means, said once more without SQL. */
function selects(filter: FaceFilters, face: FaceRow): boolean {
  return (
    (filter.account_id === undefined || face.accountId === filter.account_id) &&
    (filter.face_ids === undefined || filter.face_ids.includes(face.faceId)) &&
    (filter.list_id === undefined || face.listIds.includes(filter.list_id)) &&
    (filter.event_ids === undefined || (face.eventId !== null && filter.event_ids.includes(face.eventId))) &&
    (filter.external_ids === undefined || filter.external_ids.includes(face.externalId)) &&
    (filter.user_data === undefined || face.userData === filter.user_data) &&
    (filter.create_time__gte === undefined || face.createTime >= filter.create_time__gte) &&
    (filter.create_time__lt === undefined || face.createTime < filter.create_time__lt)
  );
}

test('a gc of faces removes what its filter selects with everything that hangs on it, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(
      faces,
      filters,
      fc.boolean(),
      fc.boolean(),
      async (rows, filter, removeSamples, picked) => {
        await db.query('truncate faces, attributes, samples, list_faces, face_descriptors, tasks cascade');
        const built = rows.map(({ storageKey, ...row }) =>
          buildFace({ ...row, ...(storageKey === undefined ? {} : { storageKey }) }),
        );
        await insertFaces(db, built);
        const wanted: FaceFilters =
          picked && built.length > 0
            ? { ...filter, face_ids: built.filter((_, index) => index % 2 === 0).map((face) => face.faceId) }
            : filter;
        const ref = await byHand.run({
          target: 'faces',
          filters: wanted,
          remove_samples: removeSamples,
          confirm_all: true,
        });

        const left = built.filter((face) => !selects(wanted, face));
        const idsOf = (some: readonly FaceRow[]) => new Set(some.map((face) => face.faceId));
        assert.deepEqual(await byHand.idsIn('faces'), idsOf(left));
        assert.deepEqual(await byHand.idsIn('attributes'), idsOf(left));
        assert.deepEqual(
          await byHand.idsIn('list_faces'),
          idsOf(left.filter((face) => face.listIds.length > 0)),
        );
        assert.deepEqual(
          await byHand.idsIn('face_descriptors'),
          idsOf(left.filter((face) => face.versions.length > 0)),
        );
        assert.deepEqual(
          await byHand.idsIn('samples', 'owner_id'),
          idsOf((removeSamples ? left : built).filter((face) => face.storageKey !== undefined)),
        );
        const task = await byHand.taskRow(ref);
        assert.equal(task['state'], 'done', JSON.stringify(task['failure']));
        assert.equal(task['objects_done'], built.length - left.length);
        assert.deepEqual(
          await byHand.idsIn('(select unnest(ids) as face_id from task_result_chunks) removed'),
          idsOf(built.filter((face) => selects(wanted, face))),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('a gc of a descriptor version leaves the other versions and the faces', async () => {
  const rows = Array.from({ length: 12 }, (_, n) => buildFace({ versions: n % 3 === 0 ? [1] : [1, 3] }));
  await insertFaces(db, rows);
  const ref = await byHand.run({ target: 'face_descriptors', descriptor_version: 1 });
  const task = await byHand.taskRow(ref);
  assert.equal(task['objects_done'], 12);
  assert.equal((await byHand.idsIn('faces')).size, 12);
  assert.equal(
    (await byHand.idsIn('(select face_id from face_descriptors where descriptor_version = 1) d')).size,
    0,
  );
  assert.equal(
    (await byHand.idsIn('(select face_id from face_descriptors where descriptor_version = 3) d')).size,
    8,
  );
});

test('a gc of events removes their descriptors, and a gc of one descriptor type leaves the other', async () => {
  await insertEvents(db, ['camera-1', 'camera-2', 'camera-1']);
  await byHand.run({ target: 'event_descriptors', descriptor_version: 1, descriptor_type: 'body' });
  assert.deepEqual(await eventCounts(), { events: 3, face: 3, body: 0, samples: 3 });
  const ref = await byHand.run({
    target: 'events',
    filters: { sources: ['camera-1'] },
    remove_samples: true,
  });
  assert.deepEqual(await eventCounts(), { events: 1, face: 1, body: 0, samples: 1 });
  assert.equal((await byHand.taskRow(ref))['objects_done'], 2);
});

async function eventCounts(): Promise<Record<string, number> | undefined> {
  const [counts] = await db.query<Record<string, number>>(
    `select (select count(*) from events) as events, (select count(*) from samples) as samples,
       (select count(*) from event_descriptors where descriptor_type = 'face') as face,
       (select count(*) from event_descriptors where descriptor_type = 'body') as body`,
  );
  return counts;
}

test('faces that come after the task was created stay', async () => {
  await insertFaces(db, [buildFace()]);
  const { ref, content } = await byHand.create({ target: 'faces', confirm_all: true });
  const late = buildFace({ createTime: new Date(Date.now() + 1_000).toISOString() });
  await insertFaces(db, [late]);
  const plan = byHand.planOf(5);
  for (const partNo of (await plan.next(ref, 0)).parts) await byHand.runPart(ref, content, partNo, 10);
  assert.deepEqual(await byHand.idsIn('faces'), new Set([late.faceId]));
});

test('parts cover every selected object once, however often a planning step is repeated', async () => {
  await insertFaces(
    db,
    Array.from({ length: 53 }, () => buildFace()),
  );
  const { ref } = await byHand.create({ target: 'faces', confirm_all: true });
  const plan = byHand.planOf(5);
  const seen: number[] = [];
  for (let after = 0, planned = false; !planned;) {
    await plan.next(ref, after);
    const step = await plan.next(ref, after);
    assert.deepEqual(step, await plan.next(ref, after));
    seen.push(...step.parts);
    after = step.parts.at(-1) ?? after;
    planned = step.planned;
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 11 }, (_, index) => index + 1),
  );
  const [sums] = await db.query<{ expected: number; covered: number }>(
    `select sum(expected) as expected, (select count(*) from faces f join subtasks s
       on (s.from_key is null or f.face_id > s.from_key) and f.face_id <= s.to_key) as covered from subtasks`,
  );
  assert.deepEqual(sums, { expected: 53, covered: 53 });
  assert.equal((await byHand.taskRow(ref))['objects_expected'], 53);
});

test('all parts of a long task are cut while its first ones run, so that its end is soon foreseen', async () => {
  await insertFaces(
    db,
    Array.from({ length: 53 }, () => buildFace()),
  );
  const { ref } = await byHand.create({ target: 'faces', confirm_all: true });
  const plan = createPartPlan(db, {
    ...{ partSizes: { gc: 5, extract: 5 }, partsPerStep: 2, aheadMs: 60_000 },
  });
  const first = await plan.next(ref, 0);
  assert.deepEqual(first, { parts: [1, 2], planned: false });
  assert.equal((await byHand.taskRow(ref))['state'], 'planning');
  const second = await plan.next(ref, 2);
  assert.deepEqual(second, { parts: [3, 4, 5, 6], planned: false });
  assert.equal((await byHand.taskRow(ref))['state'], 'running');
  assert.equal((await byHand.taskRow(ref))['objects_expected'], 53);
  assert.deepEqual(await plan.next(ref, 6), { parts: [7, 8, 9, 10], planned: false });
  assert.deepEqual(await plan.next(ref, 10), { parts: [11], planned: true });
});

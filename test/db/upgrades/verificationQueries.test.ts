import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { UnwantedError } from '../../../db/sql/watchedTransaction.ts';
import { createVerificationQueries } from '../../../db/upgrades/verificationQueries.ts';
import { insertError, insertTask } from '../../pages/taskRows.ts';
import { buildEvent, insertEventRows } from '../../support/rows/eventRows.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { waitFor } from '../../support/waitFor.ts';

const { db } = await openTestDatabase(4);
const { lookAtBoth, lookAtOld, openErrors } = createVerificationQueries(db);
const faces = { kind: 'face', from: 1, to: 3 } as const;
const options = { size: 20, signal: new AbortController().signal };

beforeEach(() =>
  db.query('truncate faces, events, samples, attributes, face_descriptors, event_descriptors, tasks cascade'),
);

const countOf = <T>(list: readonly T[], holds: (one: T) => boolean): number => list.filter(holds).length;

test('faces are counted by the versions that they have, and those that lack the new one by their samples', async () => {
  const { storageKey: _none, ...bare } = buildFace({ versions: [1] });
  await insertFaces(db, [
    ...Array.from({ length: 6 }, () => buildFace({ versions: [1, 3], storageKey: 'there' })),
    ...Array.from({ length: 2 }, () => buildFace({ versions: [1], storageKey: 'there' })),
    buildFace({ versions: [1], storageKey: null }),
    bare,
    buildFace({ versions: [3] }),
    buildFace({ versions: [2] }),
  ]);
  const { counts } = await lookAtBoth('faces', faces, options);
  assert.deepEqual(counts, { holdFrom: 10, holdBoth: 6, lackTo: 4, lackSample: 2 });
});

test('a version that nobody has, or a descriptor that is left of a face, is nobody’s', async () => {
  const [kept, gone] = [buildFace(), buildFace()];
  await insertFaces(db, [kept, gone]);
  await db.query('delete from faces where face_id = $1', [gone.faceId]);
  const { counts } = await lookAtBoth('faces', faces, options);
  assert.deepEqual(counts, { holdFrom: 1, holdBoth: 0, lackTo: 1, lackSample: 1 });
  const none = await lookAtBoth('faces', { kind: 'face', from: 8, to: 9 }, options);
  assert.deepEqual(none.counts, { holdFrom: 0, holdBoth: 0, lackTo: 0, lackSample: 0 });
  assert.deepEqual(none.sampled, []);
});

test('of events the bodies are counted apart from the faces, each with samples of its kind', async () => {
  await insertEventRows(db, [
    buildEvent({ versions: { face: [1, 3], body: [1] }, samples: { face: 'f', body: 'b' } }),
    buildEvent({ versions: { face: [1], body: [1, 3] }, samples: { body: 'b' } }),
    buildEvent({ versions: { body: [1] }, samples: { face: 'f' } }),
  ]);
  const count = async (kind: 'face' | 'body') =>
    (await lookAtBoth('events', { kind, from: 1, to: 3 }, options)).counts;
  assert.deepEqual(await count('face'), { holdFrom: 2, holdBoth: 1, lackTo: 1, lackSample: 1 });
  assert.deepEqual(await count('body'), { holdFrom: 3, holdBoth: 1, lackTo: 2, lackSample: 1 });
});

test('objects are sampled evenly, however close together their keys lie, with another one of the same person', async () => {
  // Half of the keys are of one import, the others of one a day; the second object of a person is far from the first.
  const keys = Array.from({ length: 200 }, (_, place) =>
    place < 100
      ? `01900000-0000-7000-8000-${String(place).padStart(12, '0')}`
      : `0190${String(place).padStart(4, '0')}-0000-7000-8000-000000000000`,
  );
  await insertFaces(
    db,
    // Whose other object is not one that is taken for its place.
    keys.map((faceId, place) =>
      buildFace({
        faceId,
        versions: [1, 3],
        externalId: `photo ${place}`,
        userData: `person ${(place < 100 ? place : place + 5) % 100}`,
      }),
    ),
  );
  const { sampled } = await lookAtBoth('faces', faces, options);
  assert.equal(sampled.length, 20);
  const even = sampled.filter(({ isMate }) => !isMate).map(({ objectId }) => keys.indexOf(objectId));
  assert.deepEqual(even, [9, 29, 49, 69, 89, 109, 129, 149, 169, 189]);
  assert.equal(
    countOf(sampled, ({ label }) => label !== null),
    20,
  );
  assert.equal(new Set(sampled.map(({ label }) => label)).size, 10);
});

test('where there are no more objects than are sampled, all are', async () => {
  await insertFaces(db, [
    ...Array.from({ length: 20 }, () => buildFace({ versions: [1, 3] })),
    buildFace({ versions: [1] }),
  ]);
  const { sampled } = await lookAtBoth('faces', faces, options);
  assert.deepEqual([sampled.length, countOf(sampled, ({ isMate }) => isMate)], [20, 0]);
  const old = (await lookAtOld('faces', faces, { ...options, size: 30 })).sampled;
  assert.deepEqual([old.length, countOf(old, ({ to }) => to === null)], [21, 1]);
});

test('faces are the same person by an external id or user data that they share, unless many share it', async () => {
  const named = (externalId: string, userData: string) =>
    buildFace({ versions: [1, 3], externalId, userData });
  const rows = [
    ...['a', 'a', 'b'].map((id) => named(id, '')),
    ...['c', 'c'].map((person, place) => named(`photo ${place}`, person)),
    ...Array.from({ length: 11 }, () => named('', 'VIP')),
  ];
  await insertFaces(db, rows);
  const { sampled } = await lookAtBoth('faces', faces, options);
  const labels = new Map(sampled.map(({ objectId, label }) => [objectId, label]));
  assert.deepEqual(
    rows.map(({ faceId }) => labels.get(faceId)),
    [
      'external_id a',
      'external_id a',
      null,
      'user_data c',
      'user_data c',
      ...Array.from({ length: 11 }, () => null),
    ],
  );
});

test('events are the same person by the face that they were matched to', async () => {
  const events = Array.from({ length: 4 }, () => buildEvent({ versions: { face: [1, 3] } }));
  await insertEventRows(db, events);
  const faceId = '01900000-0000-7000-8000-00000000000f';
  await db.query('update events set face_id = $1 where event_id = any($2)', [
    faceId,
    events.slice(0, 2).map(({ eventId }) => eventId),
  ]);
  const { sampled } = await lookAtBoth('events', faces, options);
  assert.deepEqual(
    sampled.map(({ label }) => label),
    [`face_id ${faceId}`, `face_id ${faceId}`, null, null],
  );
});

test('the open errors of the tasks are told by code, with the newest of each', async () => {
  const [first, second, another] = [
    await insertTask(db, {}),
    await insertTask(db, {}),
    await insertTask(db, {}),
  ];
  await insertError(db, first, 'overcome');
  await db.query('update task_errors set overcome_time = now()');
  await insertError(db, first, 'old');
  await insertError(db, second, 'new');
  await insertError(db, second, 'broken', { code: 28101, desc: 'Sample unreadable' });
  await insertError(db, another, 'of another task');
  const errors = await openErrors([first, second]);
  assert.deepEqual(
    errors.map(({ code, desc, count, example }) => [code, desc, count, example.objectType, example.detail]),
    [
      [28100, 'Sample missing', 2, 'face', 'new'],
      [28101, 'Sample unreadable', 1, 'face', 'broken'],
    ],
  );
  assert.ok(errors[0]?.example.objectId);
  assert.deepEqual(await openErrors([]), []);
});

test('a count that nobody wants any more is ended', async () => {
  const leaving = new AbortController();
  await db.transaction(async (tx) => {
    await tx.query('lock table faces in access exclusive mode');
    const looking = lookAtBoth('faces', faces, { ...options, signal: leaving.signal }).catch(
      (error: unknown) => error,
    );
    await waitFor('the count waits', async () => {
      const [row] = await db.query<{ count: number }>(
        `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return row?.count === 1;
    });
    leaving.abort();
    assert.ok((await looking) instanceof UnwantedError);
  });
});

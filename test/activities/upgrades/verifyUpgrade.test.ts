import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVerifyUpgrade } from '../../../activities/upgrades/verifyUpgrade.ts';
import { createVerificationQueries } from '../../../db/upgrades/verificationQueries.ts';
import { createRandom } from '../../../extraction/pictures/seededRandom.ts';
import { insertError, insertTask } from '../../pages/taskRows.ts';
import { setDescriptors } from '../../support/rows/descriptorRows.ts';
import { buildEvent, insertEventRows } from '../../support/rows/eventRows.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db } = await openTestDatabase(2);
const verify = createVerifyUpgrade({ verification: createVerificationQueries(db) });
const signal = new AbortController().signal;

test('an upgrade of faces and events is verified: what it left, why, and how the versions compare', async () => {
  const random = createRandom(3);
  const faces = Array.from({ length: 40 }, (_, place) =>
    buildFace({ versions: [1, 3], externalId: `person ${place >> 1}` }),
  );
  const left = buildFace({ versions: [1] });
  await insertFaces(db, [...faces, left]);
  await insertEventRows(db, [buildEvent({ versions: { face: [1] } })]);
  const people = Array.from({ length: 20 }, () => Float32Array.from({ length: 16 }, () => random() - 0.5));
  const shots = faces.map(
    ({ faceId }, place) =>
      [faceId, (people[place >> 1] ?? new Float32Array()).map((value) => value + 0.1 * random())] as const,
  );
  await setDescriptors(db, 'face_descriptors', 1, shots);
  await setDescriptors(db, 'face_descriptors', 3, shots);
  await db.query(
    `update face_descriptors set descriptor = '\\x000000' where descriptor_version = 3 and face_id = $1`,
    [faces[0]?.faceId],
  );
  const taskId = await insertTask(db, {});
  await insertError(db, taskId, 'no file of this name');

  const told = await verify(
    { kind: 'face', from: 1, to: 3, objects: ['faces', 'events'], taskIds: [taskId] },
    { signal },
  );
  assert.deepEqual([told.kind, told.from, told.to], ['face', 1, 3]);
  const [ofFaces, ofEvents] = told.objects;
  assert.deepEqual(
    [ofFaces?.objects, ofFaces?.holdFrom, ofFaces?.holdBoth, ofFaces?.lackTo],
    ['faces', 41, 40, 1],
  );
  assert.deepEqual([ofEvents?.objects, ofEvents?.lackTo, ofEvents?.comparison], ['events', 1, null]);
  const comparison = ofFaces?.comparison;
  assert.deepEqual(
    [comparison?.given, comparison?.compared, comparison?.unusable.to.wrongLength],
    [40, 39, 1],
  );
  assert.deepEqual([comparison?.length, comparison?.people], [{ from: 16, to: 16 }, 19]);
  assert.deepEqual([comparison?.rankOne, comparison?.agreement.share], [{ from: 1, to: 1 }, 1]);
  assert.deepEqual(
    told.errors.map(({ code, count, example }) => [code, count, example.detail]),
    [[28100, 1, 'no file of this name']],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(told)), told);
});

test('a worker that stops gives up its verification', async () => {
  const order = { kind: 'face', from: 1, to: 3, objects: ['faces'], taskIds: [] } as const;
  await assert.rejects(verify(order, { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ExtractRequest } from '../../domain/extract/extractContent.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { makeWarps } from '../support/warps.ts';
import { changeUnderway } from '../support/changeUnderway.ts';

let engine: Engine;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  engine = await startEngine({ workers: ['orchestrate,gc,extract'], env: { PART_SIZE_EXTRACT: '5' } });
});

after(() => engine.stop());

const attributesOf = (objects_type: 'faces' | 'events', account_id: string): ExtractRequest => ({
  extraction_target: 'basic_attributes',
  filters: { objects_type, account_id },
});

interface Told {
  readonly id: string;
  readonly age: number | null;
  readonly gender: number | null;
  readonly emotions: Record<string, number> | null;
  readonly place: string;
}

async function toldOf(table: 'attributes' | 'events', ids: readonly string[]): Promise<Map<string, Told>> {
  const key = table === 'attributes' ? 'face_id' : 'event_id';
  const rows = await engine.db().query<Told>(
    `select ${key} as id, (basic_attributes ->> 'age')::float as age, (basic_attributes ->> 'gender')::float as gender,
       basic_attributes -> 'emotions' as emotions, ctid || ' ' || xmin as place
     from ${table} where ${key} = any($1::uuid[]) and basic_attributes is not null`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

const facesWithAttributes = async (): Promise<number> => {
  const [row] = await engine
    .db()
    .query<{ count: number }>('select count(*) as count from faces join attributes using (face_id)');
  return row?.count ?? -1;
};

test('faces without attributes get age, gender and emotions of their own sample, the others stay as they are', async () => {
  const { accountId, faceIds, faces } = await engine.addFaces({ count: 16, images: warps });
  const [known = '', rowless = '', bare = '', missing = '', broken = ''] = faceIds;
  const keyOf = (index: number) => faces[index]?.storageKey ?? '';
  await engine
    .db()
    .query(`update attributes set basic_attributes = '{"age": 7}' where face_id = $1`, [known]);
  await engine.db().query('delete from attributes where face_id = $1', [rowless]);
  await engine.db().query('delete from samples where owner_id = $1', [bare]);
  await engine.images.remove([keyOf(2)]);
  await engine.images.remove([keyOf(3)]);
  await engine.images.put(keyOf(4), Buffer.from('this is not an image'));
  const before = await facesWithAttributes();
  await engine.snapshot();

  const { taskId } = await engine.startExtraction(attributesOf('faces', accountId));
  const task = await engine.ended(taskId);
  assert.deepEqual(
    [task.state, task.expected, task.done, task.failed, task.skipped],
    ['done', 14, 12, 2, 0],
    JSON.stringify(task),
  );
  const told = await toldOf('attributes', faceIds);
  assert.equal(told.get(known)?.age, 7, 'what was there is left alone');
  assert.deepEqual([told.has(bare), told.has(missing), told.has(broken)], [false, false, false]);
  for (const [index, id] of faceIds.entries()) {
    const one = told.get(id);
    if (one === undefined || id === known) continue;
    const { age, gender, emotions } = one;
    assert.ok(age !== null && age > 10 && age < 80 && gender !== null && gender >= 0 && gender <= 1);
    assert.ok(Math.abs(Object.values(emotions ?? {}).reduce((sum, share) => sum + share, 0) - 1) < 0.01);
    const sameFace = told.get(faceIds[(index + warps.length) % faceIds.length] ?? '');
    if (sameFace !== undefined && index + warps.length < faceIds.length) {
      assert.deepEqual([sameFace.age, sameFace.gender], [age, gender], 'the same picture tells the same');
    }
  }
  assert.ok(new Set([...told.values()].map(({ age }) => age)).size > warps.length / 2, 'each its own');
  assert.equal(await facesWithAttributes(), before + 1, 'the face that had no row of attributes has one');
  assert.deepEqual(await engine.audit([taskId], { missingFiles: [keyOf(3)] }), []);

  await engine.images.put(keyOf(3), warps[0] ?? Buffer.of());
  await engine.images.put(keyOf(4), warps[0] ?? Buffer.of());
  await engine.gateway().startTask(await engine.tasks().retry(taskId, 'failed', tester));
  const second = await engine.ended(taskId);
  assert.deepEqual([second.state, second.done, second.failed], ['done', 14, 0], JSON.stringify(second));
  assert.deepEqual(await engine.audit([taskId]), []);
  const after = await toldOf('attributes', faceIds);
  for (const [id, { place }] of told) assert.equal(after.get(id)?.place, place, 'nothing is written twice');
});

test('events without attributes get them, once', async () => {
  const { accountId, events } = await engine.addEvents(12, { face: warps });
  const ids = events.map(({ eventId }) => eventId);
  const [known = ''] = ids;
  await engine.db().query(`update events set basic_attributes = '{"age": 7}' where event_id = $1`, [known]);
  await engine.snapshot();
  const first = await engine.startExtraction(attributesOf('events', accountId));
  const task = await engine.ended(first.taskId);
  assert.deepEqual([task.state, task.expected, task.done], ['done', 11, 11], JSON.stringify(task));
  const told = await toldOf('events', ids);
  assert.equal(told.size, 12);
  assert.equal(told.get(known)?.age, 7);
  assert.deepEqual(await engine.audit([first.taskId]), []);

  const again = await engine.startExtraction(attributesOf('events', accountId));
  const nothing = await engine.ended(again.taskId);
  assert.deepEqual([nothing.state, nothing.expected, nothing.done], ['done', 0, 0]);
  const after = await toldOf('events', ids);
  for (const [id, { place }] of told) assert.equal(after.get(id)?.place, place);
});

test('events get face descriptors of a new version beside the old ones', async () => {
  const { accountId } = await engine.addEvents(9, { face: warps });
  await engine.snapshot();
  const { taskId } = await engine.startExtraction({
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3 },
    filters: { objects_type: 'events', account_id: accountId },
  });
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.expected, task.done], ['done', 9, 9], JSON.stringify(task));
  assert.deepEqual(await engine.audit([taskId]), []);
});

for (const objects of ['faces', 'events'] as const) {
  test(`attributes of ${objects} are not written when the object, its sample or its attributes change meanwhile`, async () => {
    const { accountId, ids } =
      objects === 'faces'
        ? await engine.addFaces({ count: 8, images: warps }).then((made) => ({ ...made, ids: made.faceIds }))
        : await engine
            .addEvents(8, { face: warps })
            .then((made) => ({ ...made, ids: made.events.map(({ eventId }) => eventId) }));
    const [gone = '', changed = '', told = ''] = ids;
    const [owner, key, table] =
      objects === 'faces' ? ['faces', 'face_id', 'attributes'] : ['events', 'event_id', 'events'];
    const children =
      objects === 'faces' ? ['attributes', 'list_faces', 'face_descriptors'] : ['event_descriptors'];
    await engine.snapshot();
    const taskId = await changeUnderway(
      engine,
      [
        `update ${table} set basic_attributes = '{"age": 7}' where ${key} = '${told}'`,
        `update samples set generation = 2 where owner_id = '${changed}'`,
        ...[owner, ...children].map((name) => `delete from ${name} where ${key} = '${gone}'`),
      ],
      'basic_attributes',
      async () => (await engine.startExtraction(attributesOf(objects, accountId))).taskId,
    );
    const task = await engine.ended(taskId);
    assert.deepEqual(
      [task.state, task.expected, task.done, task.failed, task.skipped],
      ['done', 8, 5, 1, 2],
      JSON.stringify(task),
    );
    const after = await toldOf(table === 'events' ? 'events' : 'attributes', ids);
    assert.deepEqual([after.get(told)?.age, after.has(changed), after.has(gone)], [7, false, false]);
    assert.deepEqual(await engine.audit([taskId], { touched: [gone, changed, told] }), []);
  });
}

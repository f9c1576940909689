import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTaskPreviews } from '../../../db/selection/preview/taskPreview.ts';
import type { GcRequest } from '../../../domain/gc/gcContent.ts';
import { buildEvent, insertEventRows } from '../../support/rows/eventRows.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { list, mine, openPreviews } from './openPreviews.ts';

const { api, preview, insertSomeFaces } = await openPreviews();

async function insertSomeEvents(): Promise<void> {
  const events = Array.from({ length: 12 }, (_, n) =>
    buildEvent({
      source: n % 2 === 0 ? 'gate' : 'hall',
      tags: n % 3 === 0 ? ['vip'] : [],
      versions: n % 4 === 0 ? { face: [1], body: [1] } : { face: [1] },
    }),
  );
  await insertEventRows(api.db, events);
}

test('a preview shows how many faces there are, since when, and ten from among all of them', async () => {
  const faces = (await insertSomeFaces(150)).filter(({ accountId }) => accountId === mine);
  for (const prefix of ['/4', '']) {
    const answer = await preview({ target: 'faces', filters: { account_id: mine } }, 4, prefix);
    const { sample, time, freed_bytes: _freed, ...figures } = answer;
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000, time);
    assert.deepEqual(figures, {
      count: 50,
      exact: true,
      oldest: '2025-01-01T00:00:00.000Z',
      newest: '2025-01-01T02:27:00.000Z',
      samples_left: { count: 50, exact: true },
      without_sample: null,
      needs_approval: null,
      aside_bytes: null,
      estimated_seconds: null,
      estimated_by: null,
    });
    const ids = sample.map((face) => face['face_id']);
    const picked = faces.filter(({ faceId }) => ids.includes(faceId));
    assert.equal(picked.length, 10);
    assert.ok(faces.indexOf(picked[9] ?? assert.fail()) >= 20, 'not the first ones alone');
    assert.deepEqual(
      sample,
      picked.map(({ faceId, externalId, userData, createTime }) => ({
        face_id: faceId,
        account_id: mine,
        external_id: externalId,
        user_data: userData,
        create_time: createTime,
      })),
    );
  }
});

test('a preview of nothing is nothing, and takes no time', async () => {
  await insertSomeFaces(3);
  const {
    time: _time,
    freed_bytes: _freed,
    ...nothing
  } = await preview({
    target: 'faces',
    filters: { external_ids: ['nobody'] },
  });
  assert.deepEqual(nothing, {
    ...{ count: 0, exact: true, oldest: null, newest: null, sample: [] },
    ...{
      samples_left: { count: 0, exact: true },
      without_sample: null,
      needs_approval: null,
      aside_bytes: null,
    },
    ...{ estimated_seconds: 0, estimated_by: null },
  });
  assert.equal((await preview({ target: 'face_descriptors', descriptor_version: 99 })).count, 0);
});

test('a preview counts what the gc then removes, whatever the filter is', async () => {
  const gc = createGcByHand(api.db);
  const requests: GcRequest[] = [
    { target: 'faces', filters: { account_id: mine, user_data: 'visitor' } },
    { target: 'faces', filters: { list_id: list, create_time__lt: '2025-01-01T00:20:00Z' } },
    { target: 'faces', filters: { create_time__gte: '2025-01-01T00:31:00.000Z' }, remove_samples: true },
    { target: 'faces', filters: { external_ids: ['no 1', 'no 21', 'no 22', 'nobody'] } },
    { target: 'face_descriptors', filters: { descriptor_version: 3 } },
    { target: 'face_descriptors', descriptor_version: 1, store_results: false },
    { target: 'faces', filters: {}, confirm_all: true },
    { target: 'event_descriptors', filters: { descriptor_version: 1, descriptor_type: 'body' } },
    { target: 'events', filters: { sources: ['gate'], tags: ['vip', 'staff'] } },
    { target: 'events', filters: { insert_time__lt: 'now-1d' } },
    { target: 'samples', filters: { create_time__lt: 'now-1d' } },
  ];
  await insertSomeFaces(40);
  await insertSomeEvents();
  await api.db.query(`update samples set create_time = now() - interval '2 days'`);
  for (const request of requests) {
    const before = await preview(request);
    assert.ok(before.count > 0 && before.exact, JSON.stringify(request));
    const done = await gc.taskRow(await gc.run(request));
    assert.deepEqual([done['state'], done['objects_done']], ['done', before.count], JSON.stringify(request));
    assert.equal(done['samples_left'], before.samples_left?.count ?? 0, JSON.stringify(request));
    assert.equal((await preview(request)).count, 0, JSON.stringify(request));
  }
});

test('a preview of many says about how many samples would stay', async () => {
  await insertSomeFaces(40);
  await api.db.query('analyze faces, samples');
  const few = createTaskPreviews(api.db, { exactUpTo: 10, countMs: 300, questionMs: 100 });
  const content = { target: 'faces', filters: {}, remove_image_origins: false, store_results: true } as const;
  const { samplesLeft } = await few.preview(() => ({
    kind: 'gc',
    content: { ...content, remove_samples: false },
  }));
  assert.equal(samplesLeft?.isExact, false);
  assert.ok(Math.abs(samplesLeft.count - 40) < 15, String(samplesLeft.count));
  const removed = await few.preview(() => ({ kind: 'gc', content: { ...content, remove_samples: true } }));
  assert.equal(removed.samplesLeft, null);
});

test('events and descriptors are shown as what they are', async () => {
  await insertSomeFaces(1);
  await insertSomeEvents();
  const fieldsOf = async (content: object) => Object.keys((await preview(content)).sample[0] ?? {}).sort();
  assert.deepEqual(await fieldsOf({ target: 'events', filters: { sources: ['gate'] } }), [
    ...['account_id', 'create_time', 'event_id', 'external_id', 'source', 'track_id', 'user_data'],
  ]);
  assert.deepEqual(await fieldsOf({ target: 'face_descriptors', descriptor_version: 1 }), [
    ...['create_time', 'descriptor_version', 'face_id'],
  ]);
  const body = { target: 'event_descriptors', descriptor_version: 1, descriptor_type: 'body' };
  const { count, sample } = await preview(body);
  assert.deepEqual(
    [count, sample.map((one) => one['descriptor_type'])],
    [3, ['body', 'body', 'body']],
    'no descriptors of the other type',
  );
});

test('an extract is previewed as the objects that lack the version', async () => {
  const faces = await insertSomeFaces(20);
  const content = {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3 },
    filters: { objects_type: 'faces' },
  };
  const { count, sample } = await preview(content, 5);
  const lacking = faces.filter(({ versions }) => !versions.includes(3)).map(({ faceId }) => faceId);
  assert.deepEqual([count, sample.map((face) => face['face_id'])], [lacking.length, lacking]);
});

const extractOf3 = {
  extraction_target: 'face_descriptor',
  options: { missing: true, descriptor_version: 3 },
  filters: { objects_type: 'faces' },
} as const;

test('an extract is previewed with how many of its objects have no sample', async () => {
  const faces = await insertSomeFaces(40);
  const lacking = faces.filter(({ versions }) => !versions.includes(3)).map(({ faceId }) => faceId);
  await api.db.query('delete from samples where owner_id = any($1::uuid[])', [lacking.slice(0, 3)]);
  const told = await preview(extractOf3, 5);
  assert.deepEqual(told.without_sample, { count: 3, exact: true });
  assert.equal(told.freed_bytes, null, 'an extract frees nothing');
});

test('of more objects than are counted the share without a sample is told from some all over the keys', async () => {
  await api.db.query(
    `with added as (
       insert into faces (face_id, account_id) select gen_random_uuid(), $1 from generate_series(1, 4000) returning face_id
     ), described as (
       insert into face_descriptors (face_id, descriptor_version, descriptor) select face_id, 1, '' from added
     )
     insert into samples (sample_id, owner_id, kind, storage_key)
     select gen_random_uuid(), face_id, 'face', face_id::text from added where get_byte(uuid_send(face_id), 15) < 192`,
    [mine],
  );
  await api.db.query('analyze faces, face_descriptors, samples');
  const few = createTaskPreviews(api.db, { exactUpTo: 100, countMs: 10_000, questionMs: 10_000 });
  const content = {
    ...extractOf3,
    options: { ...extractOf3.options, default_descriptor_version: 1 },
    store_results: true,
  };
  const { count, withoutSample } = await few.preview(() => ({ kind: 'extract', content }));
  assert.equal(withoutSample?.isExact, false);
  const share = withoutSample.count / count;
  assert.ok(Math.abs(share - 0.25) < 0.08, String(share));
});

test('a gc is previewed with the space that its rows take', async () => {
  await insertSomeFaces(100);
  await api.db.query('analyze faces, attributes, samples, list_faces, face_descriptors, events');
  const freed = async (content: object) => (await preview(content)).freed_bytes ?? assert.fail('not told');
  const faces = { target: 'faces', filters: {}, confirm_all: true };
  const [kept, withSamples] = [await freed(faces), await freed({ ...faces, remove_samples: true })];
  const sizeOf = async (table: string) =>
    (await api.db.query<{ size: number }>(`select pg_total_relation_size('${table}') as size`))[0]?.size;
  assert.equal(withSamples - kept, await sizeOf('samples'), 'all faces, so the whole table of their samples');
  const version = { target: 'face_descriptors', descriptor_version: 3 };
  assert.equal(await freed(version), await sizeOf('face_descriptors_v3'));
});

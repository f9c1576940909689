import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { v7 } from 'uuid';
import { importPhotos } from '../../../commands/import/importPhotos.ts';
import { cosineOf } from '../../../extraction/rank1.ts';
import { createFolderStore } from '../../../imagestore/folder.ts';
import { unmarked } from '../../support/engine/unmarked.ts';
import { openImport, options, photos } from './openImport.ts';

const { db, folder, pool, deps, count } = await openImport();

test('each face of a photo becomes a face with image, attributes and descriptor, on the list', async () => {
  const wanted = options({ list: 'people', copies: 1 });
  const summary = await importPhotos(deps, photos, wanted);
  assert.deepEqual(
    [summary.photosUsed, summary.facesFound, summary.facesAdded, summary.facesKnown],
    [2, 6, 12, 0],
  );
  const rows = await db.query<{
    user_data: string;
    basic_attributes: { age: number; gender: number };
    storage_key: string;
    descriptor: Buffer;
  }>(
    `select user_data, basic_attributes, storage_key, descriptor
     from faces join attributes using (face_id) join face_descriptors using (face_id)
     join samples on owner_id = face_id and kind = 'face' join list_faces using (face_id)
     where account_id = $1 and list_id = $2 and descriptor_version = 1`,
    [wanted.accountId, summary.listId],
  );
  assert.equal(rows.length, 12);
  assert.equal(new Set(rows.map((row) => row.user_data)).size, 6, 'a face and its copy have one identity');
  const [row] = rows;
  assert.ok(row !== undefined && row.basic_attributes.age > 10);
  const bytes = await createFolderStore(join(folder.path, 'samples'), unmarked).get(row.storage_key);
  const again = await pool.run({ id: 'again', version: 1, kind: 'face', bytes });
  const stored = Float32Array.from({ length: 128 }, (_, at) => row.descriptor.readFloatLE(at * 4));
  assert.ok(cosineOf(stored, again.descriptor) > 0.9999, 'the descriptor is that of the stored image');
  assert.equal(await count('sample_tombstones'), 0);
});

test('importing the same photos again adds nothing', async () => {
  const wanted = options({ copies: 1, events: true });
  await importPhotos(deps, photos, wanted);
  const files = await readdir(join(folder.path, 'samples'), { recursive: true });
  const again = await importPhotos(deps, photos, wanted);
  assert.deepEqual([again.facesAdded, again.facesKnown], [0, 12]);
  assert.equal(await count('faces where account_id = $1', wanted.accountId), 12);
  assert.equal(await count('events where account_id = $1', wanted.accountId), 12);
  assert.deepEqual(await readdir(join(folder.path, 'samples'), { recursive: true }), files);
});

test('more copies than fit into one transaction are all there, and another seed adds others', async () => {
  const wanted = options({ copies: 40, descriptorVersion: 3 });
  const first = await importPhotos(deps, photos.slice(0, 1), wanted);
  assert.equal(first.facesAdded, 3 * 41);
  const second = await importPhotos(deps, photos.slice(0, 1), { ...wanted, copies: 2, seed: 2 });
  assert.deepEqual([second.facesAdded, second.facesKnown], [6, 3]);
});

test('two imports of the same photos at the same time add each face once', async () => {
  const wanted = options({ list: 'both' });
  const summaries = await Promise.all([1, 2].map(() => importPhotos(deps, photos.slice(0, 1), wanted)));
  assert.equal(await count('faces where account_id = $1', wanted.accountId), 3);
  assert.equal(await count('lists where account_id = $1', wanted.accountId), 1);
  assert.equal(summaries[0]?.listId, summaries[1]?.listId);
});

/** Holds what arrives until all have. */
function createGate(expected: number): () => Promise<void> {
  let arrived = 0;
  let open: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  return async () => {
    if (++arrived === expected) open();
    await all;
  };
}

test('two imports of the same photos onto two lists put each face on both', async () => {
  const first = options({ list: 'one' });
  const gate = createGate(2);
  const store = {
    ...deps.store,
    // Neither has written anything before the other has looked.
    announceImages: async (keys: readonly string[]) => {
      await gate();
      await deps.store.announceImages(keys);
    },
  };
  const wanted = [first, { ...first, list: 'other' }];
  const summaries = await Promise.all(
    wanted.map((one) => importPhotos({ ...deps, store }, photos.slice(0, 1), one)),
  );
  assert.equal(await count('faces where account_id = $1', first.accountId), 3);
  for (const { listId } of summaries) assert.equal(await count('list_faces where list_id = $1', listId), 3);
});

test('a store that takes its time for each file is waited for, however many there are', async () => {
  const accountId = v7();
  let aged: Promise<unknown> = Promise.resolve();
  const slow = {
    ...deps.images,
    // What a second does to the tombstones, without the second.
    put: async (key: string, bytes: Uint8Array) => {
      await deps.images.put(key, bytes);
      aged = aged.then(() =>
        db.query("update sample_tombstones set create_time = create_time - interval '1 second'"),
      );
      await aged;
    },
  };
  const summary = await importPhotos(
    { ...deps, images: slow },
    photos.slice(0, 1),
    options({ accountId, copies: 33 }),
  );
  assert.equal(summary.facesAdded, 102);
  assert.equal(await count('faces where account_id = $1', accountId), 102);
});

test('events are made for faces that an import without them has brought in, and once', async () => {
  const wanted = options({ copies: 1 });
  await importPhotos(deps, photos, wanted);
  const summary = await importPhotos(deps, photos, { ...wanted, events: true });
  assert.deepEqual([summary.facesAdded, summary.facesKnown, summary.eventsAdded], [0, 12, 12]);
  assert.equal(
    await count(
      `events e join faces f using (face_id, event_id, account_id)
       join samples s on s.owner_id = e.event_id and s.kind = 'face'
       join event_descriptors d on d.event_id = e.event_id and d.descriptor_type = 'face' where account_id = $1`,
      wanted.accountId,
    ),
    12,
  );
  assert.ok(
    (await count(
      "events join samples on owner_id = event_id and kind = 'body' where account_id = $1",
      wanted.accountId,
    )) > 0,
  );
  const again = await importPhotos(deps, photos, { ...wanted, events: true });
  assert.equal(again.eventsAdded, 0);
  assert.equal(await count('sample_tombstones join samples using (storage_key)'), 0);
});

test('a repair puts back images, samples and descriptors that are lost or damaged, and nothing else', async () => {
  const wanted = options({ events: true });
  await importPhotos(deps, photos.slice(0, 1), wanted);
  const rows = await db.query<{ id: string; kind: string; owner: string; storage_key: string }>(
    `select x.id, x.owner, s.kind, s.storage_key from (
       select face_id id, 'face' owner, external_id from faces where account_id = $1
       union all select event_id, 'event', external_id from events where account_id = $1) x
     join samples s on s.owner_id = x.id order by x.owner desc, s.kind desc, x.external_id`,
    [wanted.accountId],
  );
  const [missing, broken, rowless, ofEvent] = rows;
  assert.ok(missing && broken && rowless && ofEvent);
  const before = await deps.images.get(missing.storage_key);
  await createFolderStore(join(folder.path, 'samples'), unmarked).remove([missing.storage_key]);
  await deps.images.put(broken.storage_key, before.subarray(0, 3_000));
  await db.query('delete from samples where owner_id = $1', [rowless.id]);
  await db.query('delete from face_descriptors where face_id = $1', [rowless.id]);
  await db.query('delete from attributes where face_id = $1', [rowless.id]);
  await db.query("delete from event_descriptors where event_id = $1 and descriptor_type = 'face'", [
    ofEvent.id,
  ]);
  const plain = await importPhotos(deps, photos.slice(0, 1), { ...wanted, events: false });
  assert.deepEqual([plain.facesAdded, plain.samplesRepaired], [0, 0]);
  const summary = await importPhotos(deps, photos.slice(0, 1), { ...wanted, repair: true });
  assert.deepEqual(
    [summary.facesAdded, summary.eventsAdded, summary.samplesRepaired, summary.descriptorsRepaired],
    [0, 0, 3, 2],
  );
  const [mended] = await db.query<{ storage_key: string; generation: number }>(
    'select storage_key, generation from samples where owner_id = $1',
    [missing.id],
  );
  assert.equal(mended?.generation, 2);
  assert.deepEqual(await deps.images.get(mended.storage_key), before);
  assert.equal(
    await count(
      `faces join attributes using (face_id) join face_descriptors using (face_id)
       join samples s on owner_id = face_id where account_id = $1`,
      wanted.accountId,
    ),
    3,
  );
  const old = [missing, broken].map(({ storage_key }) => storage_key);
  assert.equal(await count('sample_tombstones where storage_key = any($1::text[])', old), 2);
  const again = await importPhotos(deps, photos.slice(0, 1), { ...wanted, repair: true });
  assert.deepEqual([again.samplesRepaired, again.descriptorsRepaired], [0, 0]);
});

import assert from 'node:assert/strict';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { v7 } from 'uuid';
import { importPhotos, type ImportDeps, type ImportOptions } from '../../commands/importPhotos.ts';
import { createImportStore, type ImportedFace } from '../../db/importStore.ts';
import { createFaceDetector } from '../../extraction/detect.ts';
import { samplePhotos } from '../../extraction/photoFiles.ts';
import { createExtractorPool } from '../../extraction/pool.ts';
import { cosineOf } from '../../extraction/rank1.ts';
import { createFolderStore } from '../../imagestore/folder.ts';
import { createLogger } from '../../platform/logger.ts';
import { openTestDatabase } from '../support/database.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { unmarked } from '../support/unmarked.ts';

const pool = createExtractorPool({
  processes: 1,
  log: createLogger({ name: 'test', level: 'silent', format: 'json' }),
});
const photos = samplePhotos.slice(0, 2);

const { db } = await openTestDatabase(4);
let folder: TestFolder;
let deps: ImportDeps;

before(async () => {
  folder = await createTestFolder('import');
  deps = {
    store: createImportStore(db),
    images: createFolderStore(join(folder.path, 'samples'), unmarked),
    pool,
    detector: await createFaceDetector(),
  };
});

after(async () => {
  await pool.close();
  await folder.remove();
});

const options = (overrides: Partial<ImportOptions> = {}): ImportOptions => ({
  accountId: v7(),
  events: false,
  copies: 0,
  seed: 1,
  ...{ descriptorVersion: 1, bodyDescriptorVersion: 101 },
  ...overrides,
});

async function count(sql: string, ...binds: unknown[]): Promise<number> {
  const [row] = await db.query<{ count: number }>(`select count(*) from ${sql}`, binds);
  return row?.count ?? -1;
}

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

test('an event has the body too where the photo shows enough of it, jittered in its copies', async () => {
  const wanted = options({ events: true, copies: 1 });
  await importPhotos(deps, photos, wanted);
  const rows = await db.query<{ storage_key: string; descriptor: Buffer; user_data: string }>(
    `select storage_key, descriptor, user_data from events
     join samples on owner_id = event_id and kind = 'body' join event_descriptors using (event_id)
     where account_id = $1 and descriptor_type = 'body' and descriptor_version = 101`,
    [wanted.accountId],
  );
  assert.ok(rows.length > 0 && rows.length <= 12 && rows.length % 2 === 0, `${rows.length} bodies`);
  const store = createFolderStore(join(folder.path, 'samples'), unmarked);
  const images = await Promise.all(rows.map(({ storage_key }) => store.get(storage_key)));
  assert.equal(new Set(images.map((image) => image.toString('base64'))).size, rows.length);
  const again = await pool.run({ id: 'again', version: 101, kind: 'body', bytes: images[0] ?? Buffer.of() });
  const stored = Float32Array.from({ length: 256 }, (_, at) => rows[0]?.descriptor.readFloatLE(at * 4) ?? 0);
  assert.ok(cosineOf(stored, again.descriptor) > 0.9999, 'the descriptor is that of the stored image');
});

test('an event keeps an image of its own, so that removing the face leaves it whole', async () => {
  const wanted = options({ events: true });
  await importPhotos(deps, photos.slice(0, 1), wanted);
  const rows = await db.query<{ face_key: string; event_key: string }>(
    `select f.storage_key as face_key, e.storage_key as event_key
     from events join samples e on e.owner_id = event_id and e.kind = 'face' join samples f on f.owner_id = face_id
     join event_descriptors d using (event_id)
     where account_id = $1 and d.descriptor_version = 1 and d.descriptor_type = 'face'`,
    [wanted.accountId],
  );
  assert.equal(rows.length, 3);
  assert.equal(new Set(rows.flatMap((row) => [row.face_key, row.event_key])).size, 6);
});

test('files that cannot be used are named with the reason, and the others are imported', async () => {
  const [photo = ''] = photos;
  const files = ['good.jpg', 'broken.jpg', 'nobody.png', 'missing.jpg'].map((name) =>
    join(folder.path, name),
  );
  const [good = '', broken = '', nobody = '', missing = ''] = files;
  await copyFile(photo, good);
  await writeFile(broken, 'no picture');
  await sharp({ create: { width: 300, height: 300, channels: 3, background: '#abc' } }).toFile(nobody);
  const summary = await importPhotos(deps, files, options());
  assert.equal(summary.facesAdded, 3);
  const reasons = new Map(summary.unusable.map(({ file, reason }) => [file, reason]));
  assert.deepEqual([...reasons.keys()], [broken, nobody, missing]);
  assert.match(reasons.get(broken) ?? '', /unsupported image format/);
  assert.equal(reasons.get(nobody), 'no face found');
  assert.match(reasons.get(missing) ?? '', /ENOENT/);
});

test('an import that ends between its files and its rows leaves every file with a tombstone', async () => {
  const wanted = options();
  const written: string[] = [];
  const full = {
    put: async (key: string, bytes: Uint8Array) => {
      if (written.length === 2) throw new Error('disk full');
      written.push(key);
      await deps.images.put(key, bytes);
    },
  };
  await assert.rejects(importPhotos({ ...deps, images: full }, photos.slice(0, 1), wanted), /disk full/);
  assert.equal(await count('faces where account_id = $1', wanted.accountId), 0);
  assert.equal(await count('sample_tombstones where storage_key = any($1::text[])', written), 2);
});

test('rows are not written for images that were or may be swept meanwhile', async () => {
  const accountId = v7();
  const face: ImportedFace = {
    externalId: 'swept',
    userData: 'somebody',
    source: 'photo.jpg',
    descriptor: Float32Array.of(1, 0),
    basicAttributes: null,
    face: { id: v7(), sampleId: v7() },
    event: null,
  };
  const target = { accountId, listId: null, descriptorVersion: 1 };
  await assert.rejects(deps.store.addFaces(target, [face]), /swept/);
  assert.equal(await count('faces where account_id = $1', accountId), 0);
  await deps.store.announceImages([face.face.sampleId]);
  await db.query("update sample_tombstones set create_time = now() - interval '50 seconds'");
  await assert.rejects(deps.store.addFaces(target, [face]), /swept/);
  await db.query('update sample_tombstones set create_time = now()');
  assert.equal(await deps.store.addFaces(target, [face]), 1);
});

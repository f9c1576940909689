import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { v7 } from 'uuid';
import { ImportStoppedError, importPhotos } from '../../../commands/import/importPhotos.ts';
import type { ImportedFace } from '../../../db/faces/importRows.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { ExtractRequest } from '../../../extraction/pool/pool.ts';
import { cosineOf } from '../../../extraction/rank1.ts';
import { createFolderStore } from '../../../imagestore/folder.ts';
import { unmarked } from '../../support/engine/unmarked.ts';
import { openImport, options, photos } from './openImport.ts';

const { db, folder, pool, deps, count } = await openImport();

test('faces that are smaller than asked for, or less certain, are left out', async () => {
  const [photo = ''] = photos;
  const all = await importPhotos(deps, [photo], options());
  assert.equal(all.facesBelow, 0);
  const none = await importPhotos(deps, [photo], options({ minFace: 3_000 }));
  assert.deepEqual([none.facesAdded, none.photosUsed], [0, 0]);
  assert.match(none.unusable[0]?.reason ?? '', /no face within the limits \(3 found\)/);
  const sure = await importPhotos(deps, [photo], options({ minQuality: 1 }));
  assert.equal(sure.facesAdded, 0);
});

test('a face that ends the extractors is told, and the others are imported', async () => {
  let refused = '';
  const picky = {
    run: (request: ExtractRequest) => {
      if (refused === '') refused = request.id;
      if (request.id !== refused) return pool.run(request);
      return Promise.reject(
        new DomainError('sampleKillsExtractor', `sample ${request.id} ended 2 processes`),
      );
    },
  };
  const summary = await importPhotos({ ...deps, pool: picky }, photos.slice(0, 1), options());
  assert.equal(summary.facesAdded, 2);
  assert.match(summary.unusable[0]?.reason ?? '', /^sample1\.jpg#\d: .*ended 2 processes/);
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
  await writeFile(broken, 'not an image');
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
    ...deps.images,
    put: async (key: string, bytes: Uint8Array) => {
      if (written.length === 2) throw new Error('disk full');
      written.push(key);
      await deps.images.put(key, bytes);
    },
  };
  await assert.rejects(importPhotos({ ...deps, images: full }, photos.slice(0, 1), wanted), (error) => {
    assert.ok(error instanceof ImportStoppedError);
    assert.match(error.message, /stopped at .*sample1\.jpg: disk full/);
    assert.equal(error.summary.photosUsed, 1);
    return true;
  });
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

import assert from 'node:assert/strict';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { v7 } from 'uuid';
import { createFolderStore } from '../../imagestore/folder.ts';
import type { ImageStore } from '../../imagestore/imageStore.ts';
import { openImageStore } from '../../imagestore/open.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { testImageStore } from './imageStoreSuite.ts';

let folder: TestFolder;
let store: ImageStore;

before(async () => {
  folder = await createTestFolder('samples');
  store = createFolderStore(join(folder.path, 'samples'));
});

after(() => folder.remove());

testImageStore('folder', () => store);

test('folder: images are spread over folders, and no draft is left', async () => {
  const root = join(folder.path, 'spread');
  const spread = createFolderStore(root);
  for (let count = 0; count < 200; count++) await spread.put(v7(), Buffer.from('image'));
  assert.ok((await readdir(root)).length > 80);
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  assert.equal(files.length, 200);
  assert.ok(files.every(({ name }) => name.endsWith('.jpg')));
});

test('folder: a place that is not a folder is reported by check and by put', async () => {
  const file = join(folder.path, 'occupied');
  await writeFile(file, '');
  const blocked = createFolderStore(file);
  await assert.rejects(blocked.check());
  await assert.rejects(blocked.put(v7(), Buffer.from('image')));
});

test('folder: one that was there and has gone is reported by check, and not made anew', async () => {
  const root = join(folder.path, 'mounted');
  const lost = createFolderStore(root);
  await lost.check();
  await rename(root, join(folder.path, 'elsewhere'));
  await assert.rejects(lost.check(), /ENOENT/);
  await assert.rejects(lost.check(), /ENOENT/);
  await writeFile(root, 'a file where the folder was');
  await assert.rejects(lost.check(), /ENOTDIR/);
  await rm(root);
  await rename(join(folder.path, 'elsewhere'), root);
  await lost.check();
});

test('the setting IMAGE_STORE opens a folder; a kind that is not known is refused', async () => {
  await openImageStore(`folder:${join(folder.path, 'opened')}`).check();
  assert.throws(() => openImageStore('ftp://elsewhere'), /IMAGE_STORE/);
});

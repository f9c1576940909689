import assert from 'node:assert/strict';
import { access, chmod, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { v7 } from 'uuid';
import { createFolderStore } from '../../imagestore/folder.ts';
import type { ImageStore } from '../../imagestore/imageStore.ts';
import { samplePath } from '../../imagestore/samplePath.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { unmarked } from '../support/engine/unmarked.ts';
import { testImageStore } from './imageStoreSuite.ts';

let folder: TestFolder;
let store: ImageStore;

before(async () => {
  folder = await createTestFolder('samples');
  store = createFolderStore(folder.path, unmarked);
});

after(() => folder.remove());

testImageStore('folder', () => store);

test('folder: images are spread over folders, and no draft is left', async () => {
  const root = join(folder.path, 'spread');
  const spread = createFolderStore(root, unmarked);
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
  const blocked = createFolderStore(file, unmarked);
  await assert.rejects(blocked.check(), /cannot be used \(ENOTDIR\)/);
  await assert.rejects(blocked.put(v7(), Buffer.from('image')));
});

test('folder: one that was there and has gone is reported by check, and not made anew', async () => {
  const root = join(folder.path, 'mounted');
  const lost = createFolderStore(root, unmarked);
  await lost.put(v7(), Buffer.from('image'));
  await lost.check();
  await rename(root, join(folder.path, 'elsewhere'));
  await assert.rejects(lost.check(), /cannot be used \(ENOENT\)/);
  await assert.rejects(lost.check(), /cannot be used \(ENOENT\)/);
  await writeFile(root, 'a file where the folder was');
  await assert.rejects(lost.check(), /cannot be used \(ENOTDIR\)/);
  await rm(root);
  await rename(join(folder.path, 'elsewhere'), root);
  await lost.check();
});

test('folder: an image is not missing when the folder comes while it is looked for', async () => {
  const root = join(folder.path, 'late');
  const late = createFolderStore(root, () => rename(`${root}-away`, root));
  await createFolderStore(`${root}-away`, unmarked).put('late-image', Buffer.from('image'));
  assert.deepEqual(await late.get('late-image'), Buffer.from('image'));
  await rename(root, `${root}-away`);
  await late.remove(['late-image']);
  await assert.rejects(createFolderStore(root, unmarked).get('late-image'), { error: 'sampleMissing' });
});

test('folder: the draft that a killed writer has left goes with its image', async () => {
  const root = join(folder.path, 'killed');
  const store = createFolderStore(root, unmarked);
  const [key, other] = [v7(), v7()];
  const drafts = [key, other].map((one) => `${samplePath(root, one)}.4711-3.draft`);
  for (const draft of drafts) {
    await mkdir(dirname(draft), { recursive: true });
    await writeFile(draft, 'half an im');
  }
  await store.remove([key]);
  const [own = '', others = ''] = drafts;
  await assert.rejects(access(own), { code: 'ENOENT' });
  await access(others);
});

test('folder: drafts that nobody can be writing any more are looked for and removed, others are not', async () => {
  const root = join(folder.path, 'old');
  const store = createFolderStore(root, unmarked);
  const [young, old, image] = [v7(), v7(), v7()];
  await store.put(image, Buffer.from('image'));
  for (const key of [young, old]) {
    await mkdir(dirname(samplePath(root, key)), { recursive: true });
    await writeFile(`${samplePath(root, key)}.4711-3.draft`, 'half an im');
  }
  await utimes(`${samplePath(root, old)}.4711-3.draft`, new Date(0), new Date(0));
  await utimes(samplePath(root, image), new Date(0), new Date(0));
  assert.equal(await store.removeDrafts(3_600_000), 1);
  await access(`${samplePath(root, young)}.4711-3.draft`);
  assert.deepEqual(await store.get(image), Buffer.from('image'));
});

test('what is made in a folder that is shared with a group is shared too; a folder of our own is not', async () => {
  const umask = process.umask(0o077);
  try {
    const shared = join(folder.path, 'shared');
    await mkdir(shared);
    await chmod(shared, 0o2770);
    for (const [root, rights] of [
      [shared, [0o2770, 0o2770, 0o660]],
      [join(folder.path, 'own'), [0o700, 0o700, 0o600]],
    ] as const) {
      await createFolderStore(root, unmarked).put('shared-image', Buffer.from('image'));
      const file = samplePath(root, 'shared-image');
      const paths = [dirname(dirname(file)), dirname(file), file];
      const found = await Promise.all(paths.map(async (path) => (await stat(path)).mode & 0o7777));
      assert.deepEqual(found, rights, root);
    }
  } finally {
    process.umask(umask);
  }
});

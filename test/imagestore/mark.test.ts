import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import { v7 as newId } from 'uuid';
import { createSampleStoreRow } from '../../db/faces/sampleStoreRow.ts';
import { DomainError } from '../../domain/errors.ts';
import { createTombstoneStore } from '../../db/gc/tombstoneStore.ts';
import { createFolderStore } from '../../imagestore/folder.ts';
import { openImageStore } from '../../imagestore/openImageStore.ts';
import { loadConfig } from '../../platform/config.ts';
import { type ImageStore, StoreAwayError } from '../../imagestore/imageStore.ts';
import { createSampleRemoval } from '../../imagestore/sampleRemoval.ts';
import { createLogger } from '../../platform/logger.ts';
import { openTestDatabase } from '../support/servers/database.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { unmarked } from '../support/engine/unmarked.ts';

const markName = '.luna-admin-store';
const image = Buffer.from('image');

const { db } = await openTestDatabase(8);
let folder: TestFolder;
let root: string;

beforeEach(async () => {
  folder = await createTestFolder('mark');
  root = join(folder.path, 'samples');
});

afterEach(async () => {
  await db.query('update sample_store set marked_time = null');
  await db.query('truncate faces, samples, sample_tombstones cascade');
  await folder.remove();
});

/** As another process would. */
const config = () => loadConfig({ IMAGE_STORE: `folder:${root}` });
const open = (): ImageStore => openImageStore(config(), createSampleStoreRow(db));

const isAway = (...words: string[]) => {
  return (error: unknown): true => {
    assert.ok(error instanceof DomainError && error.error === 'sampleStoreUnavailable', String(error));
    for (const word of [root, ...words]) assert.ok(error.detail.includes(word), error.detail);
    return true;
  };
};

const readRow = async () => {
  const [row] = await db.query<{ storeId: string; isMarked: boolean }>(
    'select store_id as "storeId", marked_time is not null as "isMarked" from sample_store',
  );
  assert.ok(row !== undefined);
  return row;
};

const readMark = async () => (await readFile(join(root, markName), 'utf8')).trim();

const addSamples = async (count: number): Promise<string[]> => {
  const faces = Array.from({ length: count }, () => buildFace({ storageKey: newId() }));
  await insertFaces(db, faces);
  return faces.map(({ storageKey }) => storageKey ?? '');
};

test('the first process marks the folder with the id of the database, for good', async () => {
  await open().check();
  const { storeId, isMarked } = await readRow();
  assert.ok(isMarked);
  assert.equal(await readMark(), storeId);
  assert.deepEqual(await readdir(root), [markName], 'no draft is left');
  const late = open();
  await late.put('a-sample', image);
  assert.deepEqual(await late.get('a-sample'), image);
});

test('processes that start at the same time agree on one mark', async () => {
  await Promise.all(Array.from({ length: 12 }, () => open().check()));
  assert.equal(await readMark(), (await readRow()).storeId);
  assert.deepEqual(await readdir(root), [markName]);
});

test('a process that was killed while it marked the folder leaves it to the next one', async () => {
  const { storeId } = await readRow();
  await mkdir(root);
  await writeFile(join(root, `${markName}.killed.draft`), storeId.slice(0, 7));
  await open().check();
  await db.query('update sample_store set marked_time = null');
  await open().check();
  assert.ok((await readRow()).isMarked);
});

test('who began to ask before another process had marked the folder does not mark the next one', async () => {
  const row = createSampleStoreRow(db);
  const slow = openImageStore(config(), {
    ...row,
    findMarked: async () => {
      const found = await row.findMarked();
      await open().check();
      await rename(root, `${root}-away`);
      await mkdir(root);
      return found;
    },
  });
  await assert.rejects(slow.check(), isAway('no mark'));
  assert.deepEqual(await readdir(root), []);
});

test('an installation that was there before is marked with all its samples', async () => {
  const earlier = createFolderStore(root, unmarked);
  const keys = await addSamples(40);
  for (const key of keys.slice(15)) await earlier.put(key, image);
  await open().check();
  assert.equal(await readMark(), (await readRow()).storeId);
  assert.deepEqual(await open().get(keys[20] ?? ''), image);
});

test('a folder without a single image of the samples is not taken for theirs when it was never marked', async () => {
  const [key = ''] = await addSamples(3);
  await mkdir(root);
  const store = open();
  const { storeId } = await readRow();
  await assert.rejects(store.check(), isAway('none of the images', storeId));
  await assert.rejects(store.get(key), isAway());
  assert.deepEqual(await readdir(root), []);
  await createFolderStore(root, unmarked).put(key, image);
  await store.check();
});

test('the folder of another database is refused, and keeps its mark', async () => {
  const other = newId();
  await mkdir(root);
  await writeFile(join(root, markName), `${other}\n`);
  const { storeId } = await readRow();
  await assert.rejects(open().check(), isAway(other, storeId));
  assert.equal(await readMark(), other);
  assert.equal((await readRow()).isMarked, false);
});

for (const [what, instead] of [
  ['is not mounted', () => mkdir(root)],
  ['is gone with its mount point', () => Promise.resolve()],
  [
    'is replaced by another one',
    async () => {
      await mkdir(root);
      await writeFile(join(root, markName), newId());
    },
  ],
] as const) {
  test(`while the folder ${what}, nothing is missing, removed or put, and all goes on when it is back`, async () => {
    const store = open();
    await store.put('kept-sample', image);
    await rename(root, `${root}-away`);
    await instead();
    const { storeId } = await readRow();
    for (const use of [store, open()]) {
      await assert.rejects(use.get('kept-sample'), isAway(storeId));
      const { gone, refused, away } = await use.remove(['kept-sample']);
      assert.deepEqual([gone, refused.size], [[], 0]);
      isAway(storeId)(away);
      await assert.rejects(use.put('a-new-sample', image), isAway(storeId));
      await assert.rejects(use.check(), isAway(storeId));
    }
    const found = await readdir(root).catch(() => []);
    assert.deepEqual(
      found.filter((name) => name !== markName),
      [],
    );
    await rm(root, { recursive: true, force: true });
    await rename(`${root}-away`, root);
    assert.deepEqual(await store.get('kept-sample'), image);
    await store.put('a-new-sample', image);
    await store.remove(['kept-sample']);
    await assert.rejects(store.get('kept-sample'), { error: 'sampleMissing' });
  });
}

test('a new folder is the store as soon as somebody has written the id into it', async () => {
  const store = open();
  await store.check();
  await rename(root, `${root}-lost`);
  await mkdir(root);
  await assert.rejects(store.check(), isAway());
  await writeFile(join(root, markName), (await readRow()).storeId);
  await store.check();
});

test('files of removed samples wait for their store, which is said once', async () => {
  const store = open();
  const keys = Array.from({ length: 40 }, (_, n) => `removed-sample-${n}`);
  for (const key of keys) await store.put(key, image);
  await db.query(
    `insert into sample_tombstones (storage_key, create_time) select unnest($1::text[]), now() - interval '1 hour'`,
    [keys],
  );
  const countTombstones = async () => (await db.query('select from sample_tombstones')).length;
  const lines: string[] = [];
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(line.toString());
      done();
    },
  });
  const log = createLogger({ name: 'test', level: 'warn', format: 'json', destination });
  const removal = createSampleRemoval({ images: store, tombstones: createTombstoneStore(db), log });
  await rename(root, `${root}-away`);
  await mkdir(root);
  assert.deepEqual([await removal.sweep(), await removal.sweep()], [0, 0]);
  assert.ok((await removal.remove(keys)).away instanceof StoreAwayError);
  assert.equal(await countTombstones(), 40);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /are waiting for the sample store/);
  await rm(root, { recursive: true });
  await rename(`${root}-away`, root);
  assert.equal(await removal.sweep(), 40);
  assert.equal(await countTombstones(), 0);
  await assert.rejects(store.get(keys[0] ?? ''), { error: 'sampleMissing' });
});

test('the setting IMAGE_STORE opens a folder; a kind that is not known is refused', async () => {
  await open().check();
  for (const place of ['ftp://elsewhere', 's3://', 's3://UPPER', 's3://bucket/..', 's3://bucket/a b'])
    assert.throws(() => loadConfig({ IMAGE_STORE: place }), /IMAGE_STORE: folder:PATH or s3:/);
});

test('a bucket needs keys, whole pairs of them, and an authority that can be read', () => {
  const openBucket = (more: Record<string, string>) =>
    openImageStore(loadConfig({ IMAGE_STORE: 's3://bucket/prefix', ...more }), createSampleStoreRow(db));
  assert.throws(() => openBucket({}), /S3_ACCESS_KEY and S3_SECRET_KEY, or S3_ROLE_ARN and S3_TOKEN_FILE/);
  assert.throws(() => openBucket({ S3_ACCESS_KEY: 'key' }), /S3_SECRET_KEY: required with S3_ACCESS_KEY/);
  assert.throws(() => openBucket({ S3_TOKEN_FILE: '/token' }), /S3_ROLE_ARN: required with S3_TOKEN_FILE/);
  const keys = { S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'secret' };
  assert.throws(() => openBucket({ ...keys, S3_CA: join(root, 'none.pem') }), /S3_CA: ENOENT/);
  openBucket(keys);
});

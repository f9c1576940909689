import assert from 'node:assert/strict';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { v7 as newId } from 'uuid';
import { samplePath } from '../../imagestore/samplePath.ts';
import { createTestFolder } from '../support/folder.ts';
import { createCopyBed } from '../support/samples/copyBed.ts';

const folder = await createTestFolder('copy');
const bed = await createCopyBed();
after(async () => {
  await bed.close();
  await folder.remove();
});

let [from, to] = ['', ''];
let copies = 0;
beforeEach(async () => {
  await bed.db.query('update sample_store set marked_time = null');
  await bed.db.query('truncate faces, samples, sample_tombstones cascade');
  copies += 1;
  [from, to] = [`folder:${folder.path}/from-${copies}`, `folder:${folder.path}/to-${copies}`];
});

const pathIn = (place: string, key: string): string => samplePath(place.replace('folder:', ''), key);

test('a copy holds every image and becomes the store of the database; before, the service refuses it', async () => {
  const keys = await bed.addSamples(from, 90);
  await bed.open(from).check();
  const old = bed.open(from);
  await old.check();
  await assert.rejects(bed.open(to).check(), { error: 'sampleStoreUnavailable' });
  const { code, stdout, stderr } = await bed.copy(from, to);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^90 images in FROM: 90 copied, 0 replaced by newer ones, 0 already there\n/);
  assert.match(stdout, /every sample of the database has its image in TO/);
  const copy = bed.open(to);
  for (const key of keys) assert.equal((await copy.get(key)).toString(), key);
  const again = await bed.copy(from, to, '--verify');
  assert.match(again.stdout, /^90 images in FROM: 0 copied, 0 replaced by newer ones, 90 already there\n/);
});

test('a second copy brings what was added and replaced meanwhile, and removes what was removed if it is told to', async () => {
  const keys = await bed.addSamples(from, 30);
  await bed.open(from).check();
  assert.equal((await bed.copy(from, to)).code, 0);
  const [removed = '', replaced = '', pending = ''] = keys;
  const added = await bed.addSamples(from, 5);
  const { images } = await bed.holdings(from);
  await images.put(replaced, Buffer.from('another picture'));
  await bed.db.query('delete from samples where storage_key = any($1::text[])', [[removed, pending]]);
  await bed.db.query('insert into sample_tombstones (storage_key) values ($1)', [pending]);
  await images.remove([removed]);
  const second = await bed.copy(from, to);
  assert.equal(second.code, 3);
  assert.match(second.stdout, /^34 images in FROM: 5 copied, 1 replaced by newer ones, 28 already there\n/);
  assert.match(
    second.stdout,
    new RegExp(`1 images in TO belong to no sample; --prune removes them: ${removed}`),
  );
  const pruned = await bed.copy(from, to, '--prune');
  assert.equal(pruned.code, 0, pruned.stdout);
  const copy = (await bed.holdings(to)).images;
  await assert.rejects(copy.get(removed), { error: 'sampleMissing' });
  assert.equal((await copy.get(replaced)).toString(), 'another picture');
  assert.equal((await copy.get(pending)).toString(), pending, 'what a sweep will remove is its own');
  assert.equal((await copy.get(added[0] ?? '')).toString(), added[0]);
});

test('nothing that TO holds is lost: another, newer image under the same key is left and told', async () => {
  const [key = '', own = ''] = await bed.addSamples(from, 3);
  await bed.open(from).check();
  const { images } = await bed.holdings(to);
  const mine = newId();
  await images.put(mine, Buffer.from('only here'));
  await images.put(key, Buffer.from('a newer one'));
  await utimes(pathIn(from, key), new Date(0), new Date(0));
  const { code, stdout } = await bed.copy(from, to);
  assert.equal(code, 3);
  assert.match(stdout, new RegExp(`${key} is another image in TO, and not older there: it is left as it is`));
  assert.match(stdout, /TO was not marked: the service would refuse it/);
  assert.match(stdout, /1 images only in TO/);
  assert.equal((await images.get(key)).toString(), 'a newer one');
  assert.equal((await images.get(mine)).toString(), 'only here');
  assert.equal((await images.get(own)).toString(), own);
  assert.equal((await bed.copy(from, to, '--prune')).code, 2, 'a store that is not ours is not pruned');
});

test('an image that cannot be read, or is missing, is named, and the others are copied', async () => {
  const [broken = '', lost = '', good = ''] = await bed.addSamples(from, 6);
  await bed.open(from).check();
  await rm(pathIn(from, broken));
  await mkdir(pathIn(from, broken));
  await rm(pathIn(from, lost));
  const { code, stdout } = await bed.copy(from, to);
  assert.equal(code, 3);
  assert.match(stdout, /2 samples of the database have no image in TO: /);
  for (const key of [broken, lost]) assert.ok(stdout.includes(key));
  assert.equal((await (await bed.holdings(to)).images.get(good)).toString(), good);
});

test('only the store of the database is copied, and never over that of another', async () => {
  await bed.addSamples(from, 2);
  const unmarked = await bed.copy(from, to);
  assert.equal(unmarked.code, 2);
  assert.match(unmarked.stderr, /no store is marked yet/);
  await bed.open(from).check();
  const empty = await bed.copy(to, from);
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /has no mark, where the mark .* is expected/);
  await mkdir(to.replace('folder:', ''), { recursive: true });
  await writeFile(join(to.replace('folder:', ''), '.luna-admin-store'), 'of-another');
  const foreign = await bed.copy(from, to);
  assert.equal(foreign.code, 1);
  assert.match(foreign.stderr, /has the mark of-another/);
  for (const [place, reason] of [
    ['ftp://elsewhere', /folder:PATH or s3:\/\/BUCKET\/PREFIX/],
    ['s3://bucket', /S3_ACCESS_KEY and S3_SECRET_KEY/],
    [from, /FROM and TO are the same/],
  ] as const) {
    const refused = await bed.copy(from, place);
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, reason);
  }
});

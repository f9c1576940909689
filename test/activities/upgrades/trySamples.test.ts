import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { createSampleTrial, type SampleTrialDeps } from '../../../activities/upgrades/trySamples.ts';
import { importPhotos } from '../../../commands/import/importPhotos.ts';
import { createVerificationQueries } from '../../../db/upgrades/verificationQueries.ts';
import { DomainError } from '../../../domain/errors.ts';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { createExtractors } from '../../../extraction/extractors.ts';
import { samplePhotos } from '../../../extraction/pictures/photoFiles.ts';
import { createFolderStore } from '../../../imagestore/folder.ts';
import { openImport, options } from '../../commands/import/openImport.ts';
import { unmarked } from '../../support/engine/unmarked.ts';

const { db, folder, pool, deps, count } = await openImport();
const order = { kind: 'face', objects: ['faces'], from: 1, to: 3 } as const;
const running = { signal: new AbortController().signal, onProgress: () => undefined };

before(() => importPhotos(deps, samplePhotos.slice(0, 4), options({ copies: 3, events: true })));

function createTrial(overrides: Partial<SampleTrialDeps> = {}) {
  const { describe, tellAttributes } = createExtractors(pool, []);
  return createSampleTrial({
    verification: createVerificationQueries(db),
    networks: builtIn,
    whileResting: (_kind, wait) => wait(),
    readSample: (key) => deps.images.get(key),
    extractDescriptor: describe,
    tellAttributes,
    ...overrides,
  });
}

const isNoExtractor = (told: RegExp) => (error: unknown) =>
  error instanceof DomainError && error.error === 'noExtractor' && told.test(error.detail);

test('a new network is tried on the samples that are here, and nothing is written', async () => {
  let isLent = false;
  const progress: [number, number][] = [];
  const trial = createTrial({
    whileResting: async (_kind, wait) => {
      isLent = true;
      return wait();
    },
  });
  const before = await count('face_descriptors');
  const told = await trial(
    { ...order, objects: ['faces', 'events'], size: 160 },
    { ...running, onProgress: (done, of) => progress.push([done, of]) },
  );
  assert.equal(await count('face_descriptors'), before);
  assert.equal(await count('face_descriptors where descriptor_version = 3'), 0);
  assert.equal(isLent, true);
  const [faces, events] = told.objects;
  const all = await count('faces');
  const tried = Math.min(80, all);
  assert.deepEqual(
    [faces?.objects, faces?.holdFrom, faces?.tried, faces?.described],
    ['faces', all, tried, tried],
  );
  assert.deepEqual([faces?.failures, faces?.unusable], [[], 0]);
  assert.deepEqual([events?.objects, events?.tried], ['events', tried]);
  assert.deepEqual(progress.at(-1), [2 * tried, 2 * tried]);
  const comparison = faces?.comparison;
  assert.ok(comparison);
  assert.deepEqual(comparison.length, { from: 128, to: 256 });
  assert.ok(comparison.people >= 10);
  assert.ok((comparison.rankOne?.to ?? 0) >= 0.95, `rank-1 ${comparison.rankOne?.to}`);
  assert.ok(comparison.thresholds.length > 0);
  const { speed } = told;
  assert.ok(speed !== null && speed.timed > 10 && speed.medianMs > 0 && speed.p95Ms >= speed.medianMs);
  assert.ok((speed.samplesPerSecond ?? 0) > 0);
  assert.deepEqual(JSON.parse(JSON.stringify(told)), told);
});

test('a network that made the descriptors already makes the same again, of faces and of bodies', async () => {
  for (const again of [
    { kind: 'face', objects: ['faces'], from: 1, to: 1 },
    { kind: 'body', objects: ['events'], from: 101, to: 101 },
  ] as const) {
    const [told] = (await createTrial()({ ...again, size: 60 }, running)).objects;
    assert.deepEqual([told?.failures, told?.described], [[], told?.tried]);
    const comparison = told?.comparison;
    assert.ok(comparison);
    // Nobody says whose bodies they are, so none of several copies is clearly the most similar.
    assert.equal(comparison.agreement.share, again.kind === 'face' ? 1 : null);
    assert.ok(comparison.thresholds.length > 0);
    for (const { from, to } of comparison.thresholds) {
      assert.ok(Math.abs(from.threshold - to.threshold) < 1e-3, `${from.threshold} and ${to.threshold}`);
    }
  }
});

test('samples that are not there, or cannot be read, are told by the reason, with how many of all that would be', async () => {
  const accountId = '01900000-0000-7000-8000-00000000abcd';
  await importPhotos(deps, samplePhotos.slice(4, 5), options({ accountId, copies: 0, descriptorVersion: 2 }));
  const keys = await db.query<{ owner: string; key: string }>(
    `select owner_id as owner, storage_key as key from samples join faces on face_id = owner_id
     where account_id = $1 order by owner_id`,
    [accountId],
  );
  const [none, missing, broken, failing] = keys;
  assert.ok(none && missing && broken && failing, `${keys.length} faces`);
  await db.query('delete from samples where owner_id = $1', [none.owner]);
  await createFolderStore(join(folder.path, 'samples'), unmarked).remove([missing.key]);
  await deps.images.put(broken.key, Buffer.from('not an image'));
  const failingBytes = await deps.images.get(failing.key);
  const { describe } = createExtractors(pool, []);
  const trial = createTrial({
    extractDescriptor: async (sample) => {
      if (failingBytes.equals(await sample.bytes())) throw new Error('the output is too short');
      return describe(sample);
    },
  });
  const [told] = (await trial({ ...order, from: 2, size: 200 }, running)).objects;
  assert.deepEqual([told?.tried, told?.described, told?.unusable], [keys.length, keys.length - 4, 3]);
  const failures = new Map(told?.failures.map((failure) => [failure.reason, failure]));
  assert.deepEqual(
    (['noSample', 'fileMissing', 'unreadable', 'network'] as const).map((reason) => {
      const failure = failures.get(reason);
      return [failure?.code, failure?.count, failure?.example.objectId];
    }),
    [
      [28100, 1, none.owner],
      [28100, 1, missing.owner],
      [28101, 1, broken.owner],
      [28105, 1, failing.owner],
    ],
  );
  assert.match(failures.get('network')?.example.detail ?? '', /the output is too short/);
});

test('a worker that has no such network says so', async () => {
  await assert.rejects(
    createTrial()({ ...order, to: 77 }, running),
    isNoExtractor(/no network for face descriptors of version 77/),
  );
  await assert.rejects(
    createTrial({ networks: [] })(order, running),
    isNoExtractor(/the same EXTRACTORS_FILE/),
  );
});

test('a network that describes nothing is given up after a few samples', async () => {
  let asked = 0;
  const trial = createTrial({
    extractDescriptor: () => {
      asked += 1;
      return Promise.reject(new Error('the file is of another model'));
    },
  });
  await assert.rejects(
    trial(order, running),
    isNoExtractor(/returns no descriptor: the file is of another model/),
  );
  assert.equal(asked, 5);
});

test('while the sample store is away there is no trial, and no sample is blamed', async () => {
  const away = new DomainError('sampleStoreUnavailable', 'the folder is not mounted');
  const trial = createTrial({ readSample: () => Promise.reject(away) });
  await assert.rejects(trial(order, running), away);
});

test('a trial ends when its worker stops', async () => {
  const stopping = new AbortController();
  const done: number[] = [];
  const trial = createTrial()(order, {
    signal: stopping.signal,
    onProgress: (number) => {
      done.push(number);
      stopping.abort();
    },
  });
  await assert.rejects(trial, { name: 'AbortError' });
  assert.deepEqual(done, [1]);
});

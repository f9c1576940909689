import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openBucket } from '../../imagestore/s3/bucket.ts';
import { createBucketStore } from '../../imagestore/s3/bucketStore.ts';
import { s3SettingsOf } from '../../imagestore/s3/s3Settings.ts';
import { loadConfig } from '../../platform/config.ts';
import { startEngine, twoWorkers, type Engine } from '../support/engine/engine.ts';
import { partWaits, samplesOf } from '../support/engine/sampleGc.ts';
import { unmarked } from '../support/engine/unmarked.ts';
import { tester } from '../support/rows/rows.ts';
import { startFaultyProxy } from '../support/s3/faultyProxy.ts';
import { startGateway } from '../support/s3/gateway.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

const gateway = await startGateway();
const proxy = await startFaultyProxy(gateway.port);
await gateway.addBucket('samples');
let engine: Engine;

before(async () => {
  const settings = gateway.settings('samples/of/engine');
  const config = loadConfig(settings);
  const bucket = openBucket(s3SettingsOf(config.imageStore, config));
  engine = await startEngine({
    workers: twoWorkers,
    env: {
      ...settings,
      ...{ S3_ENDPOINT: proxy.url, S3_RETRIES: '2', S3_TIMEOUT_MS: '5000' },
      ...{ PART_SIZE_GC: '100', PART_SIZE_EXTRACT: '20' },
    },
    store: {
      images: createBucketStore(bucket, 'of/engine', unmarked),
      bucket: { client: gateway.client, bucket: 'samples', prefix: 'of/engine' },
    },
  });
});
afterEach(() => {
  proxy.setFate(() => 'pass');
});
after(async () => {
  await engine.stop();
  await proxy.close();
  await gateway.stop();
});

const imagesLeft = async (): Promise<number> => {
  let count = 0;
  for await (const { name } of gateway.client.listObjectsV2('samples', 'of/engine/', true) as AsyncIterable<{
    name: string;
  }>) {
    if (name.endsWith('.jpg')) count += 1;
  }
  return count;
};

test('an extract of samples in a bucket that throttles and is killed extracts each once, and none fails', async () => {
  const count = 200;
  const { accountId } = await engine.addFaces({ count, images: await makeWarps(1) });
  await engine.snapshot();
  proxy.setFate((_request, nth) => (nth % 5 === 0 ? 'slow down' : 'pass'));
  const { taskId } = await engine.startExtract(accountId);
  for (const share of [20, 90]) {
    await waitFor(`${share} objects`, async () => (await engine.progressOf(taskId)) >= share);
    await gateway.kill();
    await partWaits(
      engine,
      taskId,
      /the bucket s3:\/\/samples\/of\/engine (cannot be reached|asks for fewer|cannot answer)/,
    );
    await gateway.start();
  }
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed], ['done', count, 0]);
  assert.deepEqual(await engine.db().query('select from task_errors where task_id = $1', [taskId]), []);
  assert.deepEqual(await engine.audit([taskId]), []);
});

test('a gc whose bucket is killed, throttles and goes away counts each sample once, when it is gone', async () => {
  const count = 600;
  const before = await imagesLeft();
  const { accountId } = await engine.addFaces({ count, images: [Buffer.from('an image')] });
  await engine.snapshot();
  proxy.setFate((_request, nth) => (nth % 4 === 0 ? 'slow down' : 'pass'));
  const { taskId } = await engine.startGc(
    { target: 'faces', filters: { account_id: accountId }, remove_samples: true },
    100,
  );
  await waitFor('the gc to be under way', async () => (await engine.progressOf(taskId)) > 0);
  await gateway.kill();
  await partWaits(engine, taskId, /cannot be reached|cannot answer|asks for fewer/);
  await gateway.start();
  await gateway.hide('samples');
  await partWaits(engine, taskId, /does not exist \(NoSuchBucket\)/);
  const [known] = await engine.db().query<{ removed: number; rows: number }>(
    `select samples_removed as removed, (select count(*) from sample_tombstones)
       + (select count(*) from samples join faces on face_id = owner_id where account_id = $2) as rows
     from tasks where task_id = $1`,
    [taskId, accountId],
  );
  await gateway.show('samples');
  assert.ok((known?.rows ?? 0) > 0);
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed], ['done', count, 0]);
  assert.deepEqual(await samplesOf(engine, taskId), { removed: count, left: 0 });
  assert.deepEqual(await engine.audit([taskId]), []);
  assert.equal(await imagesLeft(), before);
});

test('a gc whose key has lost the right to delete waits for it, and no object fails', async () => {
  const count = 150;
  const { accountId } = await engine.addFaces({ count, images: [Buffer.from('an image')] });
  await engine.snapshot();
  await gateway.allow('samples', ['s3:GetObject', 's3:PutObject', 's3:ListBucket']);
  const { taskId } = await engine.startGc({
    ...{ target: 'faces', filters: { account_id: accountId }, remove_samples: true },
  });
  await partWaits(engine, taskId, /no right to delete \(AccessDenied\)/);
  assert.equal((await samplesOf(engine, taskId))?.removed, 0);
  await gateway.allowAll('samples');
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed], ['done', count, 0]);
  assert.deepEqual(await samplesOf(engine, taskId), { removed: count, left: 0 });
  assert.deepEqual(await engine.audit([taskId]), []);
});

test('an image that a policy protects is an error of its object, and goes with a retry once it may', async () => {
  const count = 12;
  const { accountId, faces } = await engine.addFaces({ count, images: [Buffer.from('an image')] });
  const key = faces[0]?.storageKey ?? '';
  await engine.snapshot();
  await gateway.allowAll('samples', `of/engine/${key.slice(-2)}/${key.slice(-4, -2)}/${key}.jpg`);
  const { taskId } = await engine.startGc({
    ...{ target: 'faces', filters: { account_id: accountId }, remove_samples: true },
  });
  await engine.ended(taskId);
  assert.deepEqual(await samplesOf(engine, taskId), { removed: count - 1, left: 0 });
  const errors = await engine
    .db()
    .query<{ object_id: string; error_code: number; detail: string }>(
      'select object_id, error_code, detail from task_errors where task_id = $1',
      [taskId],
    );
  assert.deepEqual(
    errors.map(({ object_id, error_code }) => [object_id, error_code]),
    [[faces[0]?.faceId, 28109]],
  );
  assert.match(errors[0]?.detail ?? '', /S3 answers AccessDenied/);
  await gateway.allowAll('samples');
  await engine.gateway().startTask(await engine.tasks().retry(taskId, 'failed', tester));
  await engine.ended(taskId);
  assert.deepEqual(await samplesOf(engine, taskId), { removed: count, left: 0 });
  assert.deepEqual(await engine.audit([taskId]), []);
});

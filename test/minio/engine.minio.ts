import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBucket } from '../../imagestore/s3/bucket.ts';
import { createBucketStore } from '../../imagestore/s3/bucketStore.ts';
import { s3SettingsOf } from '../../imagestore/s3/s3Settings.ts';
import { loadConfig } from '../../platform/config.ts';
import { startEngine, twoGcWorkers, type Engine } from '../support/engine/engine.ts';
import { partWaits, samplesOf } from '../support/engine/sampleGc.ts';
import { unmarked } from '../support/engine/unmarked.ts';
import { createTestFolder } from '../support/folder.ts';
import { startTokenIssuer } from '../support/oidc/tokenIssuer.ts';
import { startMinio } from '../support/s3/minio.ts';

const folder = await createTestFolder('minio-engine');
const tokenFile = join(folder.path, 'token');
const issuer = await startTokenIssuer();
const minio = await startMinio({ issuers: [{ issuer: issuer.issuer, audience: 'minio' }] });
const rights = ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:DeleteObject'];
let engine: Engine;

before(async () => {
  await minio.client.makeBucket('samples');
  await minio.setPolicy('samples', 'samples', rights);
  await writeFile(tokenFile, await issuer.tokenFor('minio', { policy: 'samples' }));
  const byRoot = minio.settings('samples/of/engine');
  const config = loadConfig(byRoot);
  engine = await startEngine({
    workers: twoGcWorkers,
    env: {
      ...{ ...byRoot, S3_ACCESS_KEY: '', S3_SECRET_KEY: '', S3_STS_ENDPOINT: minio.url },
      ...{ S3_ROLE_ARN: 'arn:aws:iam::1:role/samples', S3_TOKEN_FILE: tokenFile, S3_RETRIES: '2' },
      ...{ PART_SIZE_GC: '100' },
    },
    store: {
      images: createBucketStore(openBucket(s3SettingsOf(config.imageStore, config)), 'of/engine', unmarked),
      bucket: { client: minio.client, bucket: 'samples', prefix: 'of/engine' },
    },
  });
});
after(async () => {
  await engine.stop();
  await minio.stop();
  await issuer.close();
  await folder.remove();
});

test('a gc by keys for a token waits while its role may not delete and its token is refused, and counts each sample once', async () => {
  const count = 400;
  const { accountId } = await engine.addFaces({ count, images: [Buffer.from('an image')] });
  await engine.snapshot();
  await minio.setPolicy('samples', 'samples', rights.slice(0, 3));
  const { taskId } = await engine.startGc({
    ...{ target: 'faces', filters: { account_id: accountId }, remove_samples: true },
  });
  await partWaits(engine, taskId, /no right to delete \(AccessDenied\)/);
  await writeFile(tokenFile, 'garbage');
  await minio.revoke(issuer.issuer);
  await partWaits(
    engine,
    taskId,
    /gives no keys for the token \(InvalidParameterValue\): token contains an invalid number/,
  );
  assert.equal((await samplesOf(engine, taskId))?.removed, 0);
  await minio.setPolicy('samples', 'samples', rights);
  await writeFile(tokenFile, await issuer.tokenFor('minio', { policy: 'samples' }));
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed], ['done', count, 0]);
  assert.deepEqual(await samplesOf(engine, taskId), { removed: count, left: 0 });
  assert.deepEqual(await engine.audit([taskId]), []);
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, type TestContext, test } from 'node:test';
import { v7 } from 'uuid';
import { type ImageStore, StoreAwayError } from '../../imagestore/imageStore.ts';
import { openImageStore } from '../../imagestore/openImageStore.ts';
import { openBucketStore } from '../../imagestore/s3/openBucketStore.ts';
import { s3SettingsOf, type WebIdentity } from '../../imagestore/s3/s3Settings.ts';
import { loadConfig } from '../../platform/config.ts';
import { createTestFolder } from '../support/folder.ts';
import { startTokenIssuer } from '../support/oidc/tokenIssuer.ts';
import { startFaultyProxy } from '../support/s3/faultyProxy.ts';
import { startMinio } from '../support/s3/minio.ts';
import { newStoreRow } from '../support/s3/storeRow.ts';

const folder = await createTestFolder('minio-identity');
const tokenFile = join(folder.path, 'token');
const issuer = await startTokenIssuer();
const stranger = await startTokenIssuer();
const minio = await startMinio({
  issuers: [
    { issuer: issuer.issuer, audience: 'by-claim' },
    { issuer: issuer.issuer, audience: 'by-role', rolePolicy: 'samples' },
  ],
});
// Only exchanges of tokens pass here.
const sts = await startFaultyProxy(minio.port);
after(async () => {
  await sts.close();
  await minio.stop();
  await issuer.close();
  await stranger.close();
  await folder.remove();
});

const reading = ['s3:GetObject', 's3:ListBucket', 's3:GetBucketVersioning'];
const all = [...reading, 's3:PutObject', 's3:DeleteObject'];
before(async () => {
  await minio.client.makeBucket('samples');
  await minio.setPolicy('samples', 'samples', all);
  await minio.setPolicy('without-delete', 'samples', [...reading, 's3:PutObject']);
});
afterEach(() => {
  sts.setFate(() => 'pass');
});

const settings = (more: Record<string, string> = {}): Record<string, string> => ({
  ...{ ...minio.settings('samples'), S3_ACCESS_KEY: '', S3_SECRET_KEY: '', S3_RETRIES: '1' },
  // MinIO knows no such role, and takes the claim.
  ...{ S3_ROLE_ARN: 'arn:aws:iam::1:role/samples', S3_TOKEN_FILE: tokenFile, S3_STS_ENDPOINT: sts.url },
  ...more,
});
const open = (more?: Record<string, string>): ImageStore =>
  openImageStore(loadConfig(settings(more)), newStoreRow());

/** Fifteen minutes are the shortest that MinIO gives, and as much as clocks may differ. */
function openForShort(): ImageStore {
  const { credentials, ...rest } = s3SettingsOf('s3://samples', loadConfig(settings()));
  return openBucketStore(
    { ...rest, credentials: { ...(credentials as WebIdentity), durationSeconds: 900 } },
    newStoreRow(),
  );
}

const setToken = (token: string): Promise<void> => writeFile(tokenFile, `${token}\n`);
const goodToken = (policy = 'samples'): Promise<string> => issuer.tokenFor('by-claim', { policy });
const pass = (t: TestContext, seconds: number): void => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + seconds * 1_000 });
};
const putOne = async (store: ImageStore): Promise<string> => {
  const key = v7();
  await store.put(key, Buffer.from(key));
  return key;
};

test('a token is exchanged once for keys with a session token, and MinIO lets samples be kept and removed by them', async () => {
  await setToken(await goodToken());
  const store = open();
  const keys = await Promise.all(Array.from({ length: 40 }, () => putOne(store)));
  const read = await Promise.all(keys.map((key) => store.get(key)));
  assert.deepEqual(read.map(String), keys);
  assert.equal(await store.keepsVersions(), false);
  assert.deepEqual([...(await store.remove(keys)).gone].sort(), [...keys].sort());
  await assert.rejects(store.get(keys[0] ?? ''), { error: 'sampleMissing' });
  assert.equal(sts.requests(), 1);
});

test('a token that says nothing of rights gets those of the role in S3_ROLE_ARN, as a token of a pod does', async () => {
  const role = createHash('sha1').update('by-role').digest('base64url');
  await setToken(await issuer.tokenFor('by-role'));
  const store = open({ S3_ROLE_ARN: `arn:minio:iam:::role/${role}` });
  const key = await putOne(store);
  assert.equal((await store.get(key)).toString(), key);
  assert.deepEqual((await store.remove([key])).gone, [key]);
  await assert.rejects(open().check(), {
    publicReason: /gives no keys for the token \(InvalidParameterValue\)/,
  });
});

test('keys are renewed with the token of then before they end, and serve until they end while there is no good one', async (t) => {
  const [first, second, third] = [await goodToken(), await goodToken('without-delete'), await goodToken()];
  await setToken(first);
  const store = openForShort();
  const key = await putOne(store);
  await setToken('garbage');
  pass(t, 500);
  await store.check();
  assert.equal(sts.requests(), 1);
  t.mock.timers.reset();
  pass(t, 700);
  assert.equal((await store.get(key)).toString(), key);
  assert.ok(sts.requests() > 1);
  // What it may do tells whose keys they are.
  await setToken(second);
  assert.match((await store.remove([key])).away?.publicReason ?? '', /no right to delete \(AccessDenied\)/);
  t.mock.timers.reset();
  await minio.revoke(issuer.issuer);
  pass(t, 800);
  await setToken(third);
  assert.deepEqual((await store.remove([key])).gone, [key]);
});

for (const [what, work] of [
  ['a health check', (store) => store.check()],
  ['a put', putOne],
  ['forty reads', (store, key) => Promise.all(Array.from({ length: 40 }, () => store.get(key)))],
  ['the question for versions', async (store) => assert.equal(await store.keepsVersions(), false)],
  ['a removal', async (store, key) => assert.deepEqual((await store.remove([key])).gone, [key])],
] as [string, (store: ImageStore, key: string) => Promise<unknown>][]) {
  test(`new keys are asked for once, and nothing fails, when those of ${what} were revoked`, async (t) => {
    await setToken(await goodToken());
    const store = open();
    const key = await putOne(store);
    await minio.revoke(issuer.issuer);
    pass(t, 60);
    await work(store, key);
    assert.equal(sts.requests(), 2);
  });
}

test('keys that are refused as soon as they are given are asked for no more than once in ten seconds', async (t) => {
  await setToken(await goodToken());
  const store = open();
  await store.check();
  await minio.revoke(issuer.issuer);
  const isRefused = { publicReason: /does not know the access key \(InvalidAccessKeyId\)$/ };
  await assert.rejects(store.check(), isRefused);
  await assert.rejects(store.check(), isRefused);
  assert.equal(sts.requests(), 1);
  pass(t, 11);
  await store.check();
  assert.equal(sts.requests(), 2);
});

for (const [what, tokenOf, words] of [
  ['that is none', () => Promise.resolve('garbage'), /invalid number of segments/],
  ['that is no JSON', () => Promise.resolve('YQ.YQ.YQ'), /invalid character 'a' looking for/],
  ['for another audience', () => issuer.tokenFor('another', { policy: 'samples' }), /must match configured/],
  ['of another issuer', () => stranger.tokenFor('by-claim', { policy: 'samples' }), /No public key found/],
  ['without rights', () => issuer.tokenFor('by-claim'), /policy claim missing/],
  [
    'with rights that nobody has defined',
    () => goodToken('unknown'),
    /None of the given policies \(`unknown`\)/,
  ],
  ['that has ended', expiredToken, /Token is expired/],
] as [string, (t: TestContext) => Promise<string>, RegExp][]) {
  test(`a token ${what} is an outage that says so, and nothing is lost until a good one is there`, async (t) => {
    await setToken(await goodToken());
    const key = await putOne(open());
    await setToken(await tokenOf(t));
    const store = open();
    const isAway = (error: unknown) => {
      assert.ok(error instanceof StoreAwayError);
      assert.equal(error.error, 'sampleStoreUnavailable');
      assert.match(error.publicReason, /gives no keys for the token \(InvalidParameterValue\)$/);
      assert.match(error.detail, words);
      return true;
    };
    await assert.rejects(store.check(), isAway);
    await assert.rejects(store.put(v7(), Buffer.from('image')), isAway);
    await assert.rejects(store.get(key), isAway);
    const { gone, refused, away } = await store.remove([key]);
    assert.deepEqual([gone, refused.size], [[], 0]);
    isAway(away);
    await setToken(await goodToken());
    assert.equal((await store.get(key)).toString(), key);
    assert.deepEqual((await store.remove([key])).gone, [key]);
  });
}

/** Given an hour ago, for ten minutes. */
async function expiredToken(t: TestContext): Promise<string> {
  pass(t, -3_600);
  const token = await goodToken();
  t.mock.timers.reset();
  return token;
}

test('without a file of the token, or anybody who exchanges it, the bucket is away and says why', async () => {
  await assert.rejects(open({ S3_TOKEN_FILE: join(folder.path, 'none') }).check(), {
    publicReason: /cannot be .*ENOENT/,
  });
  await setToken(await goodToken());
  sts.setFate(() => ({
    status: 503,
    body: '<ErrorResponse><Error><Code>STSNotInitialized</Code></Error></ErrorResponse>',
  }));
  await assert.rejects(open().check(), { publicReason: /cannot answer \(STSNotInitialized\)/ });
});

test('a role that has no right to delete keeps every sample, and says what is missing until it is given', async () => {
  await setToken(await goodToken('without-delete'));
  const store = open();
  const keys = [await putOne(store), await putOne(store)];
  const { gone, refused, away } = await store.remove(keys);
  assert.deepEqual([gone, refused.size], [[], 0]);
  assert.match(away?.publicReason ?? '', /the key has no right to delete \(AccessDenied\)/);
  assert.equal((await store.get(keys[1] ?? '')).toString(), keys[1]);
  await minio.setPolicy('without-delete', 'samples', all);
  assert.equal((await store.remove(keys)).gone.length, 2);
  await minio.setPolicy('without-delete', 'samples', [...reading, 's3:PutObject']);
});

test('keys for a token outlive a restart of MinIO', async () => {
  await setToken(await goodToken());
  const store = open();
  const key = await putOne(store);
  await minio.kill();
  await assert.rejects(store.get(key), { publicReason: /cannot be reached/ });
  await minio.start();
  assert.equal((await store.get(key)).toString(), key);
  assert.equal(sts.requests(), 1);
});

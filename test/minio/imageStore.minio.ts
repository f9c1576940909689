import assert from 'node:assert/strict';
import dns from 'node:dns';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { type ImageStore, StoreAwayError } from '../../imagestore/imageStore.ts';
import { openImageStore } from '../../imagestore/openImageStore.ts';
import { loadConfig } from '../../platform/config.ts';
import { testImageStore } from '../imagestore/imageStoreSuite.ts';
import { makeAuthority } from '../support/certificates.ts';
import { createTestFolder } from '../support/folder.ts';
import { startTokenIssuer } from '../support/oidc/tokenIssuer.ts';
import { startMinio } from '../support/s3/minio.ts';
import { newStoreRow } from '../support/s3/storeRow.ts';

type Found = (...found: unknown[]) => void;

const folder = await createTestFolder('minio-store');
const issuer = await startTokenIssuer();
const minio = await startMinio();
await minio.client.makeBucket('samples');
after(async () => {
  await minio.stop();
  await issuer.close();
  await folder.remove();
});

const open = (place: string, more: Record<string, string> = {}): ImageStore =>
  openImageStore(loadConfig({ ...minio.settings(place), ...more }), newStoreRow());

const inBucket = open('samples');
testImageStore('MinIO', () => inBucket);
const belowPrefix = open('samples/of/ours/');
testImageStore('MinIO below a prefix', () => belowPrefix);

test('MinIO: buckets are virtual hosts where the setting says so, over TLS by an authority of our own', async (t) => {
  // The system's resolver knows no such hosts.
  const { mock } = t.mock.method(dns, 'lookup', (_host: string, _options: object, found: Found) => {
    found(null, [{ address: '127.0.0.1', family: 4 }]);
  });
  const authority = await makeAuthority(folder.path);
  const certificate = await authority.issue('minio', 'IP:127.0.0.1,DNS:s3.test,DNS:*.s3.test');
  const tls = { ...certificate, authorityFile: authority.certFile };
  const issuers = [{ issuer: issuer.issuer, audience: 'minio' }];
  const secure = await startMinio({ tls, domain: 's3.test', issuers });
  try {
    await secure.client.makeBucket('hosted');
    const S3_ENDPOINT = `https://s3.test:${secure.port}`;
    const byRoot = { ...secure.settings('hosted/below'), S3_ENDPOINT, S3_ADDRESSING: 'virtual' };
    const S3_TOKEN_FILE = join(folder.path, 'token');
    await writeFile(S3_TOKEN_FILE, await issuer.tokenFor('minio', { policy: 'readwrite' }));
    const ofToken = { S3_ROLE_ARN: 'arn:aws:iam::1:role/any', S3_TOKEN_FILE, S3_STS_ENDPOINT: secure.url };
    for (const settings of [byRoot, { ...byRoot, S3_ACCESS_KEY: '', S3_SECRET_KEY: '', ...ofToken }]) {
      const store = openImageStore(loadConfig(settings), newStoreRow());
      const keys = Array.from({ length: 30 }, () => v7());
      await Promise.all(keys.map((key) => store.put(key, Buffer.from(key))));
      const read = await Promise.all(keys.map((key) => store.get(key)));
      assert.deepEqual(read.map(String), keys);
      assert.deepEqual([...(await store.remove(keys)).gone].sort(), [...keys].sort());
      await assert.rejects(store.get(keys[0] ?? ''), { error: 'sampleMissing' });
    }
    const hosts = new Set(mock.calls.map((call) => call.arguments[0]).filter((host) => host !== '127.0.0.1'));
    assert.deepEqual([...hosts], ['hosted.s3.test']);
  } finally {
    await secure.stop();
  }
});

test('MinIO: a bucket that keeps versions, or kept some, says so, and what is removed is one', async () => {
  await minio.client.makeBucket('kept');
  const store = open('kept');
  assert.equal(await store.keepsVersions(), false);
  await minio.client.setBucketVersioning('kept', { Status: 'Enabled' });
  assert.equal(await store.keepsVersions(), true);
  const key = v7();
  await store.put(key, Buffer.from('image'));
  assert.deepEqual(await store.remove([key]), { gone: [key], refused: new Map(), away: null });
  await assert.rejects(store.get(key), { error: 'sampleMissing' });
  const left = minio.client.listObjects('kept', '', true, { IncludeVersion: true });
  const versions = (await left.toArray()) as { name?: string; isDeleteMarker?: boolean }[];
  assert.ok(versions.some(({ name = '', isDeleteMarker }) => name.includes(key) && isDeleteMarker !== true));
  await minio.client.setBucketVersioning('kept', { Status: 'Suspended' });
  assert.equal(await store.keepsVersions(), true);
});

for (const [what, settings, reason] of [
  ['of an access key that is not known', { S3_ACCESS_KEY: 'nobody' }, /does not know the access key \(Inv/],
  ['with another secret key', { S3_SECRET_KEY: 'wrong' }, /refuses the signature: .* \(SignatureDoesNot/],
  ['to a bucket that is not there', { IMAGE_STORE: 's3://samples-2' }, /does not exist \(NoSuchBucket\)/],
] as const) {
  test(`MinIO: requests ${what} are refused, in words that say why, and nothing counts as removed`, async () => {
    const store = open('samples', settings);
    await assert.rejects(store.check(), { error: 'sampleStoreUnavailable', publicReason: reason });
    const { gone, away } = await store.remove([v7(), v7()]);
    assert.deepEqual(gone, []);
    assert.match(away?.publicReason ?? '', reason);
  });
}

test('MinIO: a clock that is 20 minutes ahead is told, and nothing counts as removed', async (t) => {
  const [key, reason] = [v7(), /the clock of this machine is 1[12]\d\d s ahead \(RequestTimeTooSkewed\)/];
  await inBucket.put(key, Buffer.from('image'));
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 20 * 60_000 });
  await assert.rejects(inBucket.check(), { publicReason: reason });
  const { gone, away } = await inBucket.remove([key]);
  assert.deepEqual(gone, []);
  assert.match(away?.publicReason ?? '', reason);
  t.mock.timers.reset();
  assert.deepEqual((await inBucket.remove([key])).gone, [key]);
});

test('MinIO: while the server is away nothing counts as removed, and all goes on when it is back', async () => {
  const hasty = open('samples', { S3_RETRIES: '0' });
  const key = v7();
  await hasty.put(key, Buffer.from(key));
  await minio.kill();
  await assert.rejects(hasty.get(key), StoreAwayError);
  const { gone, away } = await hasty.remove([key]);
  assert.deepEqual(gone, []);
  assert.match(away?.publicReason ?? '', /cannot be reached \(ECONNREFUSED\)/);
  await minio.start();
  assert.equal((await hasty.get(key)).toString(), key);
  assert.deepEqual((await hasty.remove([key])).gone, [key]);
});

import assert from 'node:assert/strict';
import dns from 'node:dns';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { type ImageStore, StoreAwayError } from '../../imagestore/imageStore.ts';
import { openImageStore } from '../../imagestore/openImageStore.ts';
import { loadConfig } from '../../platform/config.ts';
import { createTestFolder } from '../support/folder.ts';
import { makeAuthority } from '../support/certificates.ts';
import { testImageStore } from '../imagestore/imageStoreSuite.ts';
import { serviceKeys, startGateway } from '../support/s3/gateway.ts';
import { createSts } from '../support/s3/sts.ts';
import { newStoreRow } from '../support/s3/storeRow.ts';

const folder = await createTestFolder('s3-store');
const gateway = await startGateway();
await gateway.addBucket('samples');
after(async () => {
  await gateway.stop();
  await folder.remove();
});

const open = (place: string, more: Record<string, string> = {}): ImageStore =>
  openImageStore(loadConfig({ ...gateway.settings(place), ...more }), newStoreRow());

const inBucket = open('samples');
testImageStore('s3', () => inBucket);
const belowPrefix = open('samples/of/ours/');
testImageStore('s3 below a prefix', () => belowPrefix);

test('s3: an image lies under the name that its file has in a folder, and its type is told', async () => {
  const key = v7();
  await belowPrefix.put(key, Buffer.from('image'));
  const name = `of/ours/${key.slice(-2)}/${key.slice(-4, -2)}/${key}.jpg`;
  const { size, metaData } = await gateway.client.statObject('samples', name);
  assert.deepEqual([size, metaData['content-type']], [5, 'image/jpeg']);
});

test('s3: a bucket that keeps versions, or kept some, says so; who must not ask is told nothing', async () => {
  assert.equal(await inBucket.keepsVersions(), false);
  const keeping = await startGateway({ canKeepVersions: true });
  try {
    await keeping.addBucket('kept');
    const store = openImageStore(loadConfig(keeping.settings('kept')), newStoreRow());
    assert.equal(await store.keepsVersions(), false);
    await keeping.client.setBucketVersioning('kept', { Status: 'Enabled' });
    assert.equal(await store.keepsVersions(), true);
    const key = v7();
    await store.put(key, Buffer.from('image'));
    assert.deepEqual((await store.remove([key])).gone, [key]);
    const left = keeping.client.listObjects('kept', '', true, { IncludeVersion: true });
    const versions = (await left.toArray()) as { name?: string; isDeleteMarker?: boolean }[];
    assert.ok(
      versions.some(({ name = '', isDeleteMarker }) => name.includes(key) && isDeleteMarker !== true),
    );
    await keeping.client.setBucketVersioning('kept', { Status: 'Suspended' });
    assert.equal(await store.keepsVersions(), true);
    await keeping.allow('kept', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket']);
    assert.equal(await store.keepsVersions(), null);
    await keeping.kill();
    await assert.rejects(store.keepsVersions(), StoreAwayError);
  } finally {
    await keeping.stop();
  }
});

test('s3: buckets are virtual hosts where the setting says so, over TLS by an authority of our own', async (t) => {
  // The system's resolver knows no such hosts.
  t.mock.method(dns, 'lookup', (_host: string, _options: object, found: (...found: unknown[]) => void) => {
    found(null, [{ address: '127.0.0.1', family: 4 }]);
  });
  const authority = await makeAuthority(folder.path);
  const tls = await authority.issue('s3', 'DNS:s3.test,DNS:*.s3.test');
  const secure = await startGateway({ tls, virtualDomain: 's3.test' });
  try {
    await secure.addBucket('hosted');
    const S3_ENDPOINT = `https://s3.test:${secure.port}`;
    const settings = { ...secure.settings('hosted/below'), S3_ENDPOINT, S3_ADDRESSING: 'virtual' };
    const store = openImageStore(loadConfig({ ...settings, S3_CA: authority.certFile }), newStoreRow());
    const key = v7();
    await store.put(key, Buffer.from('image'));
    assert.equal((await store.get(key)).toString(), 'image');
    assert.deepEqual((await store.remove([key])).gone, [key]);
    const trusting = openImageStore(loadConfig({ ...settings, S3_RETRIES: '0' }), newStoreRow());
    await assert.rejects(trusting.check(), {
      publicReason: /cannot be reached \((UNABLE|SELF_SIGNED|DEPTH)/,
    });
  } finally {
    await secure.stop();
  }
});

const byToken = (sts: { readonly tokenFile: string; readonly url: string }): ImageStore =>
  open('samples/by/token', {
    ...{ S3_ACCESS_KEY: '', S3_SECRET_KEY: '', S3_ROLE_ARN: 'arn:aws:iam::1:role/samples' },
    ...{ S3_TOKEN_FILE: sts.tokenFile, S3_STS_ENDPOINT: sts.url, S3_RETRIES: '1' },
  });

test('s3: keys for a token are asked for once, and again before they end, with the token of then', async () => {
  const sts = await createSts(folder.path);
  try {
    const store = byToken(sts);
    await sts.setToken('first');
    const keys = Array.from({ length: 40 }, () => v7());
    await Promise.all(keys.map((key) => store.put(key, Buffer.from(key))));
    assert.deepEqual(sts.asked(), [['arn:aws:iam::1:role/samples', 'first']]);
    sts.endAfter(1_000);
    const renewing = byToken(sts);
    await sts.setToken('second');
    assert.equal((await renewing.get(keys[0] ?? '')).toString(), keys[0]);
    await sts.setToken('third');
    await renewing.get(keys[1] ?? '');
    assert.deepEqual(
      sts.asked().map(([, token]) => token),
      ['first', 'second', 'third'],
    );
    sts.refuse('AccessDenied');
    await assert.rejects(byToken(sts).check(), {
      publicReason: /gives no keys for the token \(AccessDenied\)/,
    });
  } finally {
    await sts.close();
  }
});

test('s3: keys for a token that the bucket does not know are exchanged for others, once in ten seconds at most', async (t) => {
  const sts = await createSts(folder.path);
  try {
    const store = byToken(sts);
    await sts.setToken('a token');
    sts.give({ ...serviceKeys, accessKey: 'of-nobody' });
    const isUnknown = { publicReason: /does not know the access key \(InvalidAccessKeyId\)/ };
    await assert.rejects(store.check(), isUnknown);
    sts.give(serviceKeys);
    await assert.rejects(store.check(), isUnknown);
    assert.equal(sts.asked().length, 1);
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 11_000 });
    await Promise.all(Array.from({ length: 20 }, () => store.check()));
    assert.equal(sts.asked().length, 2);
  } finally {
    await sts.close();
  }
});

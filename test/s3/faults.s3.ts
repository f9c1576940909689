import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import { v7 } from 'uuid';
import { type ImageStore, StoreAwayError } from '../../imagestore/imageStore.ts';
import { openImageStore } from '../../imagestore/openImageStore.ts';
import { loadConfig } from '../../platform/config.ts';
import { startFaultyProxy } from '../support/s3/faultyProxy.ts';
import { startGateway } from '../support/s3/gateway.ts';
import { newStoreRow } from '../support/s3/storeRow.ts';
import { waitFor } from '../support/waitFor.ts';

const gateway = await startGateway();
const proxy = await startFaultyProxy(gateway.port);
await gateway.addBucket('samples');
after(async () => {
  await proxy.close();
  await gateway.stop();
});

const row = newStoreRow();
/** By way of the proxy. */
const open = (more: Record<string, string> = {}): ImageStore =>
  openImageStore(loadConfig({ ...gateway.settings('samples'), S3_ENDPOINT: proxy.url, ...more }), row);

let store: ImageStore;
beforeEach(() => (store = open({ S3_CONNECTIONS: '4' })));
afterEach(() => {
  proxy.setFate(() => 'pass');
});

const newKeys = (count: number): string[] => Array.from({ length: count }, () => v7());
const putAll = (keys: readonly string[], into = store) =>
  Promise.all(keys.map((key) => into.put(key, Buffer.from(key))));
const isBulkDelete = (url: string | undefined): boolean => url?.includes('?delete') === true;

const isAway = (reason: RegExp) => (error: unknown) => {
  assert.ok(error instanceof StoreAwayError, String(error));
  assert.match(error.publicReason, reason);
  assert.match(error.detail, /^the bucket s3:\/\/samples /);
  assert.ok(!error.detail.includes('the-secret'));
  return true;
};

/** Nothing is read, written, removed or counted; and all is there afterwards. */
async function assertAway(reason: RegExp, uses: ImageStore = store): Promise<void> {
  await assert.rejects(uses.check(), isAway(reason));
  await assert.rejects(uses.put(v7(), Buffer.from('image')), isAway(reason));
  await assert.rejects(uses.get(v7()), isAway(reason));
  const { gone, refused, away } = await uses.remove(newKeys(3));
  assert.deepEqual([gone, refused.size], [[], 0]);
  isAway(reason)(away);
}

test('a bucket that throttles each request twice is waited for, over no more connections than are allowed', async () => {
  const keys = newKeys(60);
  const tries = new Map<string, number>();
  proxy.setFate(({ method = '', url = '' }) => {
    const before = tries.get(`${method} ${url}`) ?? 0;
    tries.set(`${method} ${url}`, before + 1);
    return before < 2 ? 'slow down' : 'pass';
  });
  await putAll(keys);
  const read = await Promise.all(keys.map((key) => store.get(key)));
  assert.deepEqual(read.map(String), keys);
  assert.deepEqual((await store.remove(keys)).gone.length, 60);
  assert.ok(proxy.mostConnections() <= 4, `${proxy.mostConnections()} connections`);
});

test('a bucket that does nothing but throttle is away, and what was to be removed is not counted', async () => {
  const few = open({ S3_RETRIES: '1' });
  const keys = newKeys(5);
  await putAll(keys, few);
  proxy.setFate(() => 'slow down');
  await assertAway(/the bucket asks for fewer requests \(SlowDown\)/, few);
  // The mark is answered, and nothing else.
  proxy.setFate(({ url }) => (isBulkDelete(url) ? 'slow down' : 'pass'));
  const { gone, away } = await few.remove(keys);
  assert.deepEqual(gone, []);
  isAway(/SlowDown/)(away);
  proxy.setFate(() => 'pass');
  assert.equal((await few.get(keys[0] ?? '')).toString(), keys[0]);
});

test('answers that are lost on their way are asked for again', async () => {
  const keys = newKeys(40);
  proxy.setFate((_request, nth) => (nth % 4 === 1 ? 'reset' : 'pass'));
  await putAll(keys);
  const read = await Promise.all(keys.map((key) => store.get(key)));
  assert.deepEqual(read.map(String), keys);
  assert.deepEqual((await store.remove(keys)).gone.length, 40);
});

test('a server that hangs is away after the limit, and holds no connection when it is back', async () => {
  const hasty = open({ S3_TIMEOUT_MS: '200', S3_RETRIES: '0', S3_CONNECTIONS: '2' });
  await hasty.check();
  proxy.setFate(() => 'hang');
  const isLate = isAway(/does not answer in time \(S3_TIMEOUT_MS\)/);
  await Promise.all(newKeys(6).map((key) => assert.rejects(hasty.get(key), isLate)));
  proxy.setFate(() => 'pass');
  const [key = ''] = newKeys(1);
  await hasty.put(key, Buffer.from(key));
  assert.equal((await hasty.get(key)).toString(), key);
});

for (const [what, answer] of [
  ['a page of a proxy', '<html><body>Welcome</body></html>'],
  ['an error', '<Error><Code>InternalError</Code></Error>'],
  ['an answer that names no image', '<DeleteResult></DeleteResult>'],
  ['nothing', ''],
] as const) {
  test(`${what} in the place of an answer to a bulk delete is no removed image`, async () => {
    const few = open({ S3_RETRIES: '1' });
    const keys = newKeys(3);
    await putAll(keys, few);
    proxy.setFate(({ url }) => (isBulkDelete(url) ? { status: 200, body: answer } : 'pass'));
    const { gone, refused, away } = await few.remove(keys);
    assert.deepEqual([gone, refused.size], [[], 0]);
    isAway(/cannot answer/)(away);
  });
}

test('of a bulk delete, what may pass is tried again, and what is protected is refused by itself', async () => {
  const keys = newKeys(6);
  await putAll(keys);
  let deletes = 0;
  proxy.setFate((request) => {
    if (!isBulkDelete(request.url) || deletes++ > 0) return 'pass';
    const name = (key: string): string => `${key.slice(-2)}/${key.slice(-4, -2)}/${key}.jpg`;
    const [first = '', second = '', ...others] = keys.map(name);
    const error = (key: string, code: string) => `<Error><Key>${key}</Key><Code>${code}</Code></Error>`;
    const rest = others.map((key) => error(key, 'SlowDown')).join('');
    return {
      status: 200,
      body: `<DeleteResult><Deleted><Key>${first}</Key></Deleted>${error(second, 'AccessDenied')}${rest}</DeleteResult>`,
    };
  });
  const { gone, refused, away } = await store.remove(keys);
  const [, second = ''] = keys;
  assert.deepEqual([...gone].sort(), keys.filter((key) => key !== second).sort());
  assert.deepEqual([...refused.keys()], [second]);
  assert.match(String(refused.get(second)), /AccessDenied/);
  assert.equal(away, null);
  assert.equal((await store.get(second)).toString(), second);
});

test('a server that is killed in the middle of puts and bulk deletes loses nothing that it has confirmed', async () => {
  const direct = open({ S3_ENDPOINT: gateway.url, S3_RETRIES: '1' });
  const old = newKeys(1_200);
  for (let start = 0; start < old.length; start += 100) await putAll(old.slice(start, start + 100), direct);
  const put: string[] = [];
  const unsure = new Set<string>();
  const gone: string[] = [];
  let isOver = false;
  const writers = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const [key = ''] = newKeys(1);
      await direct.put(key, Buffer.from(key)).then(
        () => put.push(key),
        (error: unknown) => isAway(/cannot be reached|cannot answer|in time/)(error) && unsure.add(key),
      );
    }
  });
  const removing = (async () => {
    let left = old;
    while (left.length > 0) {
      const answer = await direct.remove(left.slice(0, 150));
      gone.push(...answer.gone);
      const removed = new Set(answer.gone);
      left = left.filter((key) => !removed.has(key));
    }
  })();
  for (const share of [200, 500, 800]) {
    await waitFor(`${share} images to be removed`, () => gone.length >= share, { everyMs: 1 });
    const before = unsure.size;
    await gateway.kill();
    await waitFor('somebody to notice', () => unsure.size > before, { everyMs: 1 });
    await gateway.start();
  }
  await removing;
  isOver = true;
  await Promise.all(writers);
  assert.ok(put.length > 100, `${put.length} images were put meanwhile`);
  for (const key of put) assert.equal((await direct.get(key)).toString(), key);
  for (const key of old) await assert.rejects(direct.get(key), { error: 'sampleMissing' });
  for (const key of unsure) {
    const found = await direct.get(key).catch((error: unknown) => error);
    assert.ok(found instanceof Error || String(found) === key, 'whole or not at all');
  }
});

test('while the bucket is gone nothing counts as removed, and all goes on when it is back', async () => {
  const keys = newKeys(5);
  await putAll(keys);
  await gateway.hide('samples');
  await assertAway(/the bucket does not exist \(NoSuchBucket\)/);
  await gateway.show('samples');
  assert.equal((await store.get(keys[0] ?? '')).toString(), keys[0]);
  assert.deepEqual((await store.remove(keys)).gone.length, 5);
});

test('another bucket of the same name is not the store, whether it is empty or has another mark', async () => {
  const keys = newKeys(5);
  await putAll(keys);
  await gateway.hide('samples');
  await gateway.addBucket('samples');
  await assertAway(/has no mark, where the mark store-of-the-test is expected/);
  await gateway.client.putObject('samples', '.luna-admin-store', 'of-another');
  await assertAway(/has the mark of-another/);
  const { away } = await open().remove(keys);
  isAway(/has the mark of-another/)(away);
  await gateway.client.removeObject('samples', '.luna-admin-store');
  await gateway.client.removeBucket('samples');
  await gateway.show('samples');
  assert.equal((await store.get(keys[4] ?? '')).toString(), keys[4]);
});

test('a key that loses its rights waits for them, and says which are missing', async () => {
  const [key = '', other = ''] = newKeys(2);
  await putAll([key, other]);
  await gateway.allow('samples', ['s3:GetObject', 's3:ListBucket']);
  await assert.rejects(store.put(v7(), Buffer.from('image')), isAway(/refuses access: .* \(AccessDenied\)/));
  const kept = await store.remove([key, other]);
  assert.deepEqual([kept.gone, kept.refused.size], [[], 0]);
  isAway(/no right to delete \(AccessDenied\)/)(kept.away);
  assert.equal((await store.get(key)).toString(), key);
  await gateway.allow('samples', ['s3:PutObject', 's3:DeleteObject']);
  await assert.rejects(store.get(key), isAway(/its mark cannot be read \(AccessDenied\)/));
  isAway(/its mark cannot be read/)((await store.remove([key])).away);
  await gateway.allowAll('samples');
  assert.deepEqual((await store.remove([key, other])).gone.length, 2);
});

for (const [what, settings, reason] of [
  ['of an access key that is not known', { S3_ACCESS_KEY: 'nobody' }, /does not know the access key \(Inv/],
  ['with another secret key', { S3_SECRET_KEY: 'wrong' }, /refuses the signature: .* \(SignatureDoesNot/],
  ['to another region', { S3_REGION: 'eu-north-1' }, /region us-east-1, not in S3_REGION \(Auth/],
  ['to a bucket that is not there', { IMAGE_STORE: 's3://samples-2' }, /does not exist \(NoSuchBucket\)/],
] as const) {
  test(`requests ${what} are refused, in words that say why`, async () => {
    await assert.rejects(open(settings).check(), { publicReason: reason });
    const { gone, away } = await open(settings).remove(newKeys(2));
    assert.deepEqual(gone, []);
    assert.match(away?.publicReason ?? '', reason);
  });
}

for (const [minutes, words] of [
  [-20, 'behind'],
  [20, 'ahead'],
] as const) {
  test(`a clock that is 20 minutes ${words} is told with its difference, and nothing counts as removed`, async (t) => {
    await store.check();
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + minutes * 60_000 });
    await assertAway(
      new RegExp(`clock of this machine is 1[12]\\d\\d s ${words} \\(RequestTimeTooSkewed\\)`),
    );
    t.mock.timers.reset();
    await store.check();
  });
}

test('a server that is slow takes its time, and no more', async () => {
  const keys = newKeys(8);
  await putAll(keys);
  proxy.setFate((_request, nth) => (nth < 4 ? 'hang' : 'pass'));
  const patient = open({ S3_TIMEOUT_MS: '300', S3_CONNECTIONS: '4' });
  const read = await Promise.all(keys.map((key) => patient.get(key)));
  assert.deepEqual(read.map(String), keys);
});

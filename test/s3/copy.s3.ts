import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { createTestFolder } from '../support/folder.ts';
import { startFaultyProxy } from '../support/s3/faultyProxy.ts';
import { startGateway } from '../support/s3/gateway.ts';
import { createCopyBed } from '../support/samples/copyBed.ts';
import { waitFor } from '../support/waitFor.ts';

const folder = await createTestFolder('copy-s3');
const gateway = await startGateway();
const proxy = await startFaultyProxy(gateway.port);
await gateway.addBucket('samples');
const bed = await createCopyBed({ ...gateway.settings('samples'), S3_ENDPOINT: proxy.url });
after(async () => {
  await bed.close();
  await proxy.close();
  await gateway.stop();
  await folder.remove();
});

const from = `folder:${folder.path}/from`;
const bucket = 's3://samples/moved/here';
const back = `folder:${folder.path}/back`;

const held = async (place: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of (await bed.holdings(place)).list()) keys.push(key);
  return keys;
};

test('a store moves into a bucket that throttles, though the copy is killed, and back, and every image is there', async () => {
  const keys = await bed.addSamples(from, 1_300);
  await bed.open(from).check();
  proxy.setFate((_request, nth) => (nth % 9 === 0 ? 'slow down' : 'pass'));
  for (const share of [150, 600]) {
    const child = bed.start(from, bucket);
    child.stdout.resume();
    child.stderr.resume();
    const exited = once(child, 'exit');
    await waitFor(`${share} images in the bucket`, async () => (await held(bucket)).length >= share);
    child.kill('SIGKILL');
    await exited;
    await assert.rejects(bed.open(bucket).check(), { publicReason: /has no mark/ });
  }
  const begun = (await held(bucket)).length;
  assert.ok(begun < 1_300, `${begun} were copied before it was killed`);
  const { code, stdout, stderr } = await bed.copy(from, bucket);
  assert.equal(code, 0, stderr + stdout);
  const [, copied = '', same = ''] =
    /FROM: (\d+) copied, 0 replaced by newer ones, (\d+) already/.exec(stdout) ?? [];
  assert.deepEqual([Number(copied) + Number(same), Number(same)], [1_300, begun]);
  proxy.setFate(() => 'pass');
  const service = bed.open(bucket);
  for (const key of keys) assert.equal((await service.get(key)).toString(), key);
  assert.deepEqual(await held(bucket), await held(from), 'both list in the same order');

  const returned = await bed.copy(bucket, back, '--verify');
  assert.equal(returned.code, 0, returned.stderr);
  assert.deepEqual(await held(back), await held(from));
});

test('a copy into a bucket that goes away says so, and ends', async () => {
  await gateway.hide('samples');
  const { code, stderr } = await bed.copy(from, bucket);
  await gateway.show('samples');
  assert.equal(code, 1);
  assert.match(stderr, /the bucket s3:\/\/samples\/moved\/here does not exist \(NoSuchBucket\)/);
});

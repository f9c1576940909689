import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { jitterSample } from '../../../extraction/pictures/jitter.ts';
import { cosineOf, rankOne } from '../../../extraction/rank1.ts';
import { describeFed, describeOne } from '../../support/describeOne.ts';
import { makeBodies } from '../../support/rows/bodies.ts';

const shots = 8;

let bodies: Buffer[];

before(async () => {
  bodies = await makeBodies();
});

const describe = (jpeg: Buffer) => describeOne(101, 'body', jpeg);

test('the sample photos show enough of at least eight people', () => {
  assert.ok(bodies.length >= 8, `${bodies.length} bodies`);
});

test('version 101 gives 256 numbers of length 1, the same each time', async () => {
  for (const body of bodies) {
    const descriptor = await describe(body);
    assert.equal(descriptor.length, 256);
    assert.ok(Math.abs(Math.hypot(...descriptor) - 1) < 1e-5);
    assert.deepEqual(await describe(body), descriptor);
  }
});

test('version 101 describes a known body as it always has', async (t) => {
  const file = new URL('fixtures/goldenBody.json', import.meta.url);
  const golden = Float32Array.from(JSON.parse(await readFile(file, 'utf8')) as number[]);
  const descriptor = await describe(bodies[0] ?? Buffer.of());
  // What fixtures/goldenBody.json has to hold, should version 101 be meant to change.
  t.diagnostic(JSON.stringify(Array.from(descriptor, (value) => Math.round(value * 1e5) / 1e5)));
  assert.ok(cosineOf(descriptor, golden) > 0.9999, `cosine ${cosineOf(descriptor, golden)}`);
});

test('version 101 finds the same person among all in 95 of 100 cases', async () => {
  const samples = await Promise.all(
    bodies.flatMap((body, person) =>
      Array.from({ length: shots }, async (_, shot) => ({
        identity: String(person),
        descriptor: await describe(await jitterSample(body, 'body', person * 1_000 + shot)),
      })),
    ),
  );
  const rate = rankOne(samples);
  assert.ok(rate >= 0.95, `rank-1 ${rate}`);
});

test('it is noticed when red and blue are swapped, or the legs are where the head is', async () => {
  const [body = Buffer.of()] = bodies;
  const descriptor = await describe(body);
  const turned = await sharp(body).flip().jpeg({ quality: 95 }).toBuffer();
  for (const other of [
    await describeFed({ version: 101, kind: 'body' }, { channels: 'BGR' }, body),
    await describe(turned),
  ]) {
    assert.ok(cosineOf(descriptor, other) < 0.97);
  }
});

test('what is not an image is refused', async () => {
  await assert.rejects(describe(Buffer.from('not an image')), { error: 'sampleUnreadable' });
});

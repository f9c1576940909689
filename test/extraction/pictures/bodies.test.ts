import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { jitterSample } from '../../../extraction/pictures/jitter.ts';
import type { Model } from '../../../extraction/extractor.ts';
import { cosineOf, rankOne } from '../../../extraction/rank1.ts';
import { getExtractor } from '../../../extraction/registry.ts';
import { makeBodies } from '../../support/rows/bodies.ts';

const shots = 8;

let model: Model;
let bodies: Buffer[];

before(async () => {
  bodies = await makeBodies();
  model = await getExtractor(101, 'body').load();
});

const describe = async (jpeg: Buffer) => (await model.infer(await model.decode(jpeg))).descriptor;

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
        descriptor: await describe(await jitterSample(body, person * 1_000 + shot)),
      })),
    ),
  );
  const rate = rankOne(samples);
  assert.ok(rate >= 0.95, `rank-1 ${rate}`);
});

test('it is noticed when red and blue are swapped, or the picture stands on its head', async () => {
  const pixels = await model.decode(bodies[0] ?? Buffer.of());
  const { data, width, height } = pixels;
  const { descriptor } = await model.infer(pixels);
  const swapped = data.map((_value, at) => data[at + 2 - 2 * (at % 3)] ?? 0);
  const turned = data.map(
    (_value, at) => data[3 * (width * height - 1 - Math.floor(at / 3)) + (at % 3)] ?? 0,
  );
  for (const wrong of [swapped, turned]) {
    const other = await model.infer({ data: wrong, width, height });
    assert.ok(cosineOf(descriptor, other.descriptor) < 0.97);
  }
});

test('what is no picture is refused', async () => {
  await assert.rejects(describe(Buffer.from('no picture')), { error: 'sampleUnreadable' });
});

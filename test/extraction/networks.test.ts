import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { alignmentCrop } from '../../extraction/pictures/canonicalWarp.ts';
import { catalogue } from '../../extraction/catalogue.ts';
import { decodeCrop } from '../../extraction/pictures/decode.ts';
import type { Model, Pixels } from '../../extraction/extractor.ts';
import { cosineOf } from '../../extraction/rank1.ts';
import { getExtractor } from '../../extraction/registry.ts';
import { makeWarps } from '../support/warps.ts';
import { goldenPhotos, readGoldenVectors, type GoldenVectors } from './goldenVectors.ts';

// The same machine gives cosine 1.0000; another's arithmetic may differ in the last bits, a fault in far more.
const leastCosine = 0.9995;

let warps: Buffer[];
let golden: GoldenVectors;

before(async () => {
  warps = await makeWarps(goldenPhotos);
  golden = await readGoldenVectors();
});

interface Fault {
  readonly name: string;
  spoil(pixels: Pixels): Pixels;
}

const faults: readonly Fault[] = [
  {
    name: 'red and blue are swapped',
    spoil: ({ data, ...size }) => ({
      data: data.map((_value, at) => data[at + 2 - 2 * (at % 3)] ?? 0),
      ...size,
    }),
  },
  {
    name: 'pixels are 0..1 instead of 0..255',
    spoil: ({ data, ...size }) => ({ data: Float32Array.from(data, (value) => value / 255), ...size }),
  },
  {
    name: 'pixels are -1..1 instead of 0..255',
    spoil: ({ data, ...size }) => ({ data: Float32Array.from(data, (value) => value / 127.5 - 1), ...size }),
  },
  {
    name: 'the picture stands on its head',
    spoil: ({ data, width, height }) => ({
      data: data.map((_value, at) => data[3 * (width * height - 1 - Math.floor(at / 3)) + (at % 3)] ?? 0),
      ...{ width, height },
    }),
  },
];

for (const { version, kind, name, dimension, attributes } of catalogue.filter(
  (entry) => entry.kind === 'face',
)) {
  test(`version ${version} (${name}) describes known faces as it always has`, async () => {
    const model = await getExtractor(version, kind).load();
    const cosines = await compare(model, name, (pixels) => pixels);
    assert.ok(Math.min(...cosines) >= leastCosine, `cosines ${cosines.join(' ')}`);
  });

  for (const fault of faults) {
    test(`version ${version} (${name}): it is noticed when ${fault.name}`, async () => {
      const model = await getExtractor(version, kind).load();
      const cosines = await compare(model, name, (pixels) => fault.spoil(pixels));
      assert.ok(Math.max(...cosines) < leastCosine, `cosines ${cosines.join(' ')}`);
    });
  }

  test(`version ${version} (${name}) gives ${dimension} numbers of length 1`, async () => {
    const model = await getExtractor(version, kind).load();
    const { descriptor } = await model.infer(await model.decode(warps[0] ?? Buffer.of()));
    assert.equal(descriptor.length, dimension);
    assert.ok(Math.abs(Math.hypot(...descriptor) - 1) < 1e-5);
  });

  test(`version ${version} (${name}) ${attributes ? 'tells' : 'does not tell'} age and gender`, async () => {
    const model = await getExtractor(version, kind).load();
    const pixels = await model.decode(warps[0] ?? Buffer.of());
    const found = (await model.infer(pixels, { attributes: true })).attributes;
    assert.equal(found !== undefined, attributes);
    if (found === undefined) return;
    assert.ok(found.age > 15 && found.age < 60, `${found.age} years`);
    assert.ok(found.gender < 0.5, `a woman, not ${found.gender}`);
    assert.equal((await model.infer(pixels)).attributes, undefined, 'only when asked');
  });
}

test('a crop is as large as asked for and has three channels', async () => {
  const { data, width, height } = await decodeCrop(warps[0] ?? Buffer.of(), alignmentCrop, 112);
  assert.deepEqual([width, height], [112, 112]);
  assert.equal(data.length, 112 * 112 * 3);
});

async function compare(model: Model, name: string, spoil: (pixels: Pixels) => Pixels): Promise<number[]> {
  const expected = golden[name] ?? [];
  assert.equal(expected.length, warps.length);
  const cosines: number[] = [];
  for (const [index, warp] of warps.entries()) {
    const { descriptor } = await model.infer(spoil(await model.decode(warp)));
    cosines.push(cosineOf(descriptor, Float32Array.from(expected[index] ?? [])));
  }
  return cosines;
}

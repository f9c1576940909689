import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { builtIn } from '../../extraction/catalogue/catalogue.ts';
import { lengthOf } from '../../extraction/catalogue/network.ts';
import type { NetworkInput } from '../../extraction/catalogue/schema.ts';
import { cosineOf } from '../../extraction/rank1.ts';
import { attributesOf, describeFed, describeOne } from '../support/describeOne.ts';
import { makeWarps } from '../support/warps.ts';
import { goldenPhotos, readGoldenVectors, type GoldenVectors } from './goldenVectors.ts';

// The same machine gives cosine 1.0000; another's arithmetic may differ in the last bits, a fault in far more.
const leastCosine = 0.9999;

let warps: Buffer[];
let golden: GoldenVectors;

before(async () => {
  warps = await makeWarps(goldenPhotos);
  golden = await readGoldenVectors();
});

const faults: readonly { readonly name: string; readonly input: Partial<NetworkInput> }[] = [
  { name: 'red and blue are swapped', input: { channels: 'BGR' } },
  { name: 'pixels are 0..1 instead of 0..255', input: { std: 255 } },
  { name: 'pixels are -1..1 instead of 0..255', input: { mean: 127.5, std: 127.5 } },
  { name: 'the crop is another', input: { crop: 'whole' } },
];

for (const network of builtIn) {
  const { version, kind, name } = network;
  if (kind !== 'face') continue;

  test(`version ${version} (${name}) describes known faces as it always has`, async () => {
    const cosines = await compare(name, (warp) => describeOne(version, kind, warp));
    assert.ok(Math.min(...cosines) >= leastCosine, `cosines ${cosines.join(' ')}`);
  });

  for (const fault of faults) {
    test(`version ${version} (${name}): it is noticed when ${fault.name}`, async () => {
      const cosines = await compare(name, (warp) => describeFed({ version, kind }, fault.input, warp));
      assert.ok(Math.max(...cosines) < leastCosine, `cosines ${cosines.join(' ')}`);
    });
  }

  test(`version ${version} (${name}) gives numbers of length 1, as many as the file says`, async () => {
    const descriptor = await describeOne(version, kind, warps[0] ?? Buffer.of());
    assert.equal(descriptor.length, lengthOf(network));
    assert.ok(Math.abs(Math.hypot(...descriptor) - 1) < 1e-5);
  });
}

for (const { version, kind, name } of builtIn) {
  if (kind !== 'attributes') continue;

  test(`version ${version} (${name}) tells age and gender`, async () => {
    const found = await attributesOf(version, warps[0] ?? Buffer.of());
    assert.ok(found !== undefined && found.age > 15 && found.age < 60, `${found?.age} years`);
    assert.ok(found.gender < 0.5, `a woman, not ${found.gender}`);
  });
}

test('emotions of version 1 are shares of one, and she smiles', async () => {
  const emotions = (await attributesOf(1, warps[0] ?? Buffer.of()))?.emotions ?? {};
  const sum = Object.values(emotions).reduce((total, share) => total + share, 0);
  assert.ok(Math.abs(sum - 1) < 0.01, `${sum}`);
  assert.equal(Object.entries(emotions).sort(([, one], [, other]) => other - one)[0]?.[0], 'happy');
});

async function compare(name: string, describe: (warp: Buffer) => Promise<Float32Array>): Promise<number[]> {
  const expected = golden[name] ?? [];
  assert.equal(expected.length, warps.length);
  const cosines: number[] = [];
  for (const [index, warp] of warps.entries()) {
    cosines.push(cosineOf(await describe(warp), Float32Array.from(expected[index] ?? [])));
  }
  return cosines;
}

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { LocalNetwork } from '../../../extraction/catalogue/network.ts';
import { checkNetwork, type CheckOrder } from '../../../extraction/check/checkNetwork.ts';
import { distributionSvg } from '../../../extraction/check/distributionSvg.ts';
import type { Person } from '../../../extraction/check/people.ts';
import { makeWarps } from '../../support/warps.ts';
import { dyingChild, ownNetwork } from './ownNetwork.ts';

let people: readonly Person[];

before(async () => {
  people = (await makeWarps(2)).map((sample, place) => ({ identity: `${place}`, samples: [sample] }));
});

const check = (network: LocalNetwork, more: Partial<CheckOrder> = {}) =>
  checkNetwork({ network, reference: null, copies: 3, people: () => Promise.resolve(people), ...more });

test('a network that works is shown with its file, its speed and what its descriptors are like', async () => {
  const progress: number[] = [];
  const reference = ownNetwork('unsaid.onnx');
  const report = await check(ownNetwork('thumbnail.onnx'), {
    reference,
    onProgress: (runs, of) => progress.push(runs / of),
  });
  const { model, tensors, speed, descriptors } = report;
  assert.deepEqual(report.faults, []);
  assert.deepEqual([model?.bytes, model?.opset, model?.irVersion], [295, 17, 8]);
  assert.deepEqual(tensors[0], {
    ...{ side: 'input', name: 'input' },
    ...{ inFile: 'float32 [batch, 3, 16, 16]', byEntry: 'float32 [n, 3, 16, 16]' },
  });
  assert.ok(speed !== null && speed.aloneMs > 0 && speed.inBatchMs > 0 && speed.memoryBytes > 1e7);
  assert.ok(descriptors?.recognition && descriptors.norms);
  assert.deepEqual([descriptors.people, descriptors.samples, descriptors.copiedPeople], [6, 18, 6]);
  assert.ok(descriptors.norms.min > 1 && descriptors.norms.max >= descriptors.norms.median);
  assert.ok(descriptors.recognition.meanSame > descriptors.recognition.meanOther);
  assert.deepEqual(descriptors.reference?.recognition, descriptors.recognition);
  assert.equal(progress.at(-1), 1);
});

test('a network of the other layout is not run, and its shapes are shown', async () => {
  const report = await check(ownNetwork('nhwc.onnx'), {
    people: () => Promise.reject(new Error('not asked')),
  });
  assert.equal(report.tensors[0]?.inFile, 'float32 [batch, 16, 16, 3]');
  assert.match(report.faults.join(), /its layout is NHWC\.$/);
  assert.equal(report.descriptors, null);
});

test('a network whose file leaves its length open is found out by its first run', async () => {
  const network = { ...ownNetwork('unsaid.onnx'), outputs: { descriptor: { length: 512 } } };
  assert.match((await check(network)).faults.join(), /descriptor has 192 numbers for a sample, not 512/);
});

for (const [file, said] of [
  ['nan.onnx', /^18 of 18 samples give NaN or infinity\./],
  ['zero.onnx', /^18 of 18 samples give all zeros\./],
] as const) {
  test(`descriptors that are none are counted (${file})`, async () => {
    const { faults, descriptors } = await check(ownNetwork(file));
    assert.match(faults.join(' '), said);
    assert.deepEqual([descriptors?.recognition, descriptors?.trials], [null, []]);
  });
}

test('a file that ends its process is told in a sentence', async () => {
  const { faults, opened } = await check(ownNetwork('thumbnail.onnx'), { entry: dyingChild });
  assert.equal(opened, null);
  assert.deepEqual(faults, ['The network cannot be run: it crashes the process that runs it (SIGSEGV).']);
});

test('a file that cannot be opened is told with the words of the runtime', async () => {
  const { faults } = await check(ownNetwork('unknown-operator.onnx'));
  assert.match(
    faults.join(),
    /^The network cannot be run: it needs an operator .*Wonder \(.*No Op registered/,
  );
});

test('the two distributions are drawn with what the reader is told by their colours', async () => {
  const { descriptors } = await check(ownNetwork('thumbnail.onnx'));
  assert.ok(descriptors?.histogram);
  const svg = distributionSvg(descriptors.histogram, 'face version 7 (<own>)');
  for (const part of [
    'xmlns="http://www.w3.org/2000/svg"',
    'other people',
    'the same person',
    '&#60;own&#62;',
  ]) {
    assert.ok(svg.includes(part), part);
  }
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
});

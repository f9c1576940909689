import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { findNetwork, isPrepared, type OpenInferenceNetwork } from '../../../extraction/catalogue/network.ts';
import { cosineOf } from '../../../extraction/rank1.ts';
import { checkRemote } from '../../../extraction/remote/checkRemote.ts';
import { attributesOf, describeOne } from '../../support/describeOne.ts';
import { startInferenceServer } from '../../support/servers/inferenceServer.ts';
import { patienceMs, waitFor } from '../../support/waitFor.ts';
import { extractAll, isError, names, openInferenceServer } from './openInferenceServer.ts';

const { server, warps, warpOf, open } = await openInferenceServer();

test('a descriptor from an inference server is the one that the network makes here', async () => {
  const { extract } = open();
  for (const index of warps.keys()) {
    const { descriptor = new Float32Array() } = await extract('sample', { index });
    assert.ok(cosineOf(descriptor, await describeOne(3, 'face', warpOf(index))) > 0.99999);
  }
});

test('attributes come from an inference server too', async (t) => {
  const other = await startInferenceServer(1, 'attributes');
  t.after(() => other.stop());
  const { extract } = open({
    of: {
      ...{ kind: 'attributes', version: 1 },
      server: { protocol: 'open-inference', url: other.url, model: 'network' },
    } as Partial<OpenInferenceNetwork>,
  });
  const { attributes } = await extract();
  assert.deepEqual(attributes, await attributesOf(1, warpOf(0)));
});

test('samples that come together go together, as many as the entry says', async () => {
  const { extract } = open({ of: { batch: 8 } });
  assert.deepEqual(new Set(await extractAll(extract, names(20))), new Set([256]));
  assert.deepEqual(
    server.batches().sort((one, other) => other - one),
    [8, 8, 4],
  );
});

test('no more requests than agreed are with the server at the same time', async () => {
  const { extract } = open({ of: { batch: 2 }, concurrency: 2 });
  server.misbehave(async () => {
    await waitFor('a second request', () => server.batches().length > 1);
    return undefined;
  });
  await extractAll(extract, names(16));
  assert.equal(server.batches().length, 8);
  assert.equal(server.mostBusy(), 2);
});

test('a model of a fixed batch gets as many samples as it takes, with blank ones where some are missing', async () => {
  for (const [fixed, batches] of [
    [1, [1, 1, 1, 1, 1]],
    [4, [4, 4]],
  ] as const) {
    server.behave({ fixed });
    server.forget();
    const { extract } = open();
    assert.deepEqual(new Set(await extractAll(extract, names(5))), new Set([256]));
    assert.deepEqual(server.batches(), batches);
  }
});

test('a server that refuses large batches gets smaller ones from then on, and no sample is to blame', async () => {
  server.behave({ most: 4 });
  const { extract } = open();
  assert.deepEqual(new Set(await extractAll(extract, names(16))), new Set([256]));
  await extractAll(extract, names(16));
  server.forget();
  assert.deepEqual(new Set(await extractAll(extract, names(16))), new Set([256]));
  assert.deepEqual(server.batches(), [4, 4, 4, 4]);
});

test('a server without binary tensors is asked by JSON, and one that does not speak of them is tried', async () => {
  const expected = await describeOne(3, 'face', warpOf(0));
  for (const binary of [false, 'untold'] as const) {
    server.behave({ binary });
    const { extract } = open();
    for (let time = 0; time < 2; time++) {
      const { descriptor = new Float32Array() } = await extract();
      assert.ok(cosineOf(descriptor, expected) > 0.99999);
    }
  }
});

test('a server that tells nothing of its tensors is believed when the entry names them', async () => {
  server.behave({ metadata: { name: 'network', platform: '', inputs: [], outputs: [] } });
  await assert.rejects(
    open().extract(),
    isError('extractorUnavailable', /describe its tensors: input.name must be set/),
  );
  const network = findNetwork(builtIn.filter(isPrepared), 3, 'face');
  assert.ok(network !== null);
  const { extract } = open({ of: { input: { ...network.input, name: 'input' } } });
  assert.equal((await extract()).descriptor?.length, 256);
});

const truth = () => server.metadata();
const mismatched: Record<string, readonly [metadata: () => unknown, says: RegExp]> = {
  'another shape': [
    () => ({ ...truth(), inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 112, 112, 3] }] }),
    /input input is \[n, 112, 112, 3\], not \[n, 3, 112, 112\]: its layout is NHWC/,
  ],
  'another datatype': [
    () => ({ ...truth(), inputs: [{ name: 'input', datatype: 'FP16', shape: [-1, 3, 112, 112] }] }),
    /input input is FP16, not float32/,
  ],
  'another length': [
    () => ({ ...truth(), outputs: [{ name: 'descriptor', datatype: 'FP32', shape: ['-1', '512'] }] }),
    /output descriptor has 512 numbers for a sample, not 256/,
  ],
  'another output': [
    () => ({ ...truth(), outputs: [{ name: 'embedding', datatype: 'FP32', shape: [-1, 256] }] }),
    /output descriptor is not among the model's: embedding/,
  ],
};
for (const [what, [metadata, says]] of Object.entries(mismatched)) {
  test(`a model of ${what} than its entry says extracts nothing until one of them is put right`, async () => {
    server.behave({ metadata: metadata() });
    const { extract, check } = open();
    await assert.rejects(check(), says);
    await assert.rejects(extract('one'), isError('extractorUnavailable', says));
    assert.equal(server.batches().length, 0, 'no sample is sent');
    server.behave({});
    assert.equal((await extract('two')).descriptor?.length, 256);
  });
}

test('a server that was away is looked at again, for it may have another model now', async () => {
  const { extract } = open({ retries: 0 });
  await extract();
  await server.stop();
  await assert.rejects(extract(), isError('extractorUnavailable', /ECONN/));
  server.behave({
    metadata: { ...truth(), outputs: [{ name: 'descriptor', datatype: 'FP32', shape: [-1, 128] }] },
  });
  await server.start();
  await assert.rejects(extract(), isError('extractorUnavailable', /has 128 numbers/));
});

test('health asks whether the model is ready', async () => {
  const { url } = server;
  await checkRemote({ protocol: 'open-inference', url, model: 'network' }, patienceMs);
  assert.equal(server.asked[0]?.path, '/v2/models/network/ready');
  await assert.rejects(checkRemote({ protocol: 'open-inference', url, model: 'other' }, patienceMs), /404/);
});

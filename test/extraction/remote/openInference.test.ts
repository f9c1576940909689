import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { DomainError } from '../../../domain/errors.ts';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { findNetwork, isPrepared, type OpenInferenceNetwork } from '../../../extraction/catalogue/network.ts';
import { openRemote, type OpenRemoteOptions } from '../../../extraction/extractors.ts';
import { createDescriber } from '../../../extraction/onnx/describe.ts';
import { cosineOf } from '../../../extraction/rank1.ts';
import { checkRemote } from '../../../extraction/remote/checkRemote.ts';
import { createLogger } from '../../../platform/logger.ts';
import { attributesOf, describeOne } from '../../support/describeOne.ts';
import {
  refusal,
  startInferenceServer,
  type InferenceServer,
} from '../../support/servers/inferenceServer.ts';
import { patienceMs, waitFor } from '../../support/waitFor.ts';
import { makeWarps } from '../../support/warps.ts';

let server: InferenceServer;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  server = await startInferenceServer(3, 'face');
});
afterEach(() => {
  server.misbehave(() => undefined);
  server.behave({});
  server.forget();
});
after(() => server.stop());

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

type Given = Partial<OpenRemoteOptions> & { of?: Partial<OpenInferenceNetwork> };

/** Our network 3, but on the server; a sample named `bad…` says so to the server by its first pixel. */
function open({ of = {}, ...options }: Given = {}) {
  const kind = of.kind ?? 'face';
  const network = findNetwork(builtIn.filter(isPrepared), of.version ?? 3, kind);
  assert.ok(network !== null);
  const { model: _, sha256: __, ...rest } = network;
  const entry = {
    ...rest,
    server: { protocol: 'open-inference', url: server.url, model: 'network' },
    ...of,
  } as OpenInferenceNetwork;
  const describer = createDescriber([entry]);
  const pool: Parameters<typeof openRemote>[1] = {
    prepare: async ({ id, bytes, version }) => {
      const jpeg = typeof bytes === 'function' ? await bytes() : bytes;
      const wanted = kind === 'attributes' ? 'attributesInput' : 'descriptorInput';
      const [made] = await describer.describe({ version, kind: 'face', wanted }, [jpeg]);
      assert.ok(made !== undefined && 'input' in made);
      if (id.startsWith('bad')) made.input[0] = bad;
      return made.input;
    },
  };
  const remote = openRemote(entry, pool, {
    ...{ timeoutMs: 10 * patienceMs, concurrency: 4, retries: 2, log, restMs: 300, firstPauseMs: 5 },
    ...options,
  });
  const extract = (id = 'sample', { index = 0, signal = new AbortController().signal } = {}) =>
    remote.extract({ id, bytes: () => Promise.resolve(warpOf(index)), signal });
  return { extract, check: remote.check };
}

const bad = 999;
const isBad = (sample: Float32Array): boolean => sample[0] === bad;
const warpOf = (index: number): Buffer => warps[index % warps.length] ?? Buffer.of();

const isError = (name: string, detail: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DomainError, String(error));
  assert.deepEqual([error.error, detail.test(error.detail)], [name, true], error.detail);
  return true;
};

/** Asks for many samples at once. @returns how each ended: its descriptor's length, or its error */
async function extractAll(extract: ReturnType<typeof open>['extract'], ids: readonly string[]) {
  const ended = await Promise.allSettled(ids.map((id, index) => extract(id, { index })));
  return ended.map((one) =>
    one.status === 'fulfilled'
      ? one.value.descriptor?.length
      : one.reason instanceof DomainError
        ? one.reason.error
        : String(one.reason),
  );
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `sample ${index}`);

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
    isError('extractorUnavailable', /tells of no tensors: input.name must be set/),
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

test('a server that is overloaded for a moment is not noticed', async () => {
  server.misbehave(() => (server.batches().length < 3 ? refusal(503, 'busy') : undefined));
  assert.deepEqual(new Set(await extractAll(open().extract, names(16))), new Set([256]));
});

test('a server that asks to be left alone for long is not asked meanwhile', async () => {
  server.misbehave(() => refusal(429, 'too many', { 'retry-after': '3600' }));
  const { extract } = open();
  await assert.rejects(extract(), isError('extractorUnavailable', /asks to be left alone for 60 s/));
  server.misbehave(() => undefined);
  await assert.rejects(extract(), isError('extractorUnavailable', /asks to be left alone/));
  assert.equal(server.batches().length, 1);
});

test('a server that asks for a second is asked again after it, and not before', async () => {
  const times: number[] = [];
  server.misbehave(() => {
    times.push(performance.now());
    return times.length === 1 ? refusal(503, 'busy', { 'retry-after': '1' }) : undefined;
  });
  assert.equal((await open().extract()).descriptor?.length, 256);
  const [first = 0, second = 0] = times;
  assert.ok(second - first >= 990, `${second - first} ms`);
});

test('a server that fails again and again is left alone, and asked again after a rest', async () => {
  const states: boolean[] = [];
  const { extract } = open({ onAsked: (isAsked) => states.push(isAsked) });
  server.misbehave(() => refusal(500, 'out of memory'));
  await waitFor('the circuit to open', async () => {
    await assert.rejects(extract(), (error) => error instanceof DomainError);
    return states.includes(false);
  });
  server.misbehave(() => undefined);
  await waitFor('it to be asked again', () => extract().then(Boolean, () => false));
  assert.equal(states.at(-1), true);
});

const ways: Record<string, readonly [answer: ReturnType<typeof refusal>, error: string]> = {
  refuses: [refusal(400, 'no face'), 'sampleUnreadable'],
  'fails on': [refusal(500, 'inner error'), 'sampleKillsExtractor'],
};
for (const [what, [answer, error]] of Object.entries(ways)) {
  test(`the one sample of a batch that the server ${what} is found, and the others are described`, async () => {
    const { extract } = open();
    await extract();
    server.misbehave((samples) => (samples.some(isBad) ? answer : undefined));
    const ids = names(16).map((name, index) => (index === 5 ? 'bad' : name));
    const ended = await extractAll(extract, ids);
    assert.deepEqual(ended.map((one, index) => (one === 256 ? null : [ids[index], one])).filter(Boolean), [
      ['bad', error],
    ]);
  });

  test(`a batch whose first sample the server ${what} needs none that was answered before`, async () => {
    const { extract } = open();
    server.misbehave((samples) => (samples.some(isBad) ? answer : undefined));
    const ended = await extractAll(extract, ['bad', ...names(7)]);
    assert.deepEqual(ended, [error, ...names(7).map(() => 256)]);
  });
}

test('a server that refuses everything is to blame itself, before and after it has answered', async () => {
  const { extract } = open({ of: { batch: 4 } });
  const everything = ['extractorUnavailable', 'extractorUnavailable', 'extractorUnavailable'];
  server.misbehave(() => refusal(400, 'the licence has run out'));
  assert.deepEqual(await extractAll(extract, names(3)), everything);
  server.misbehave(() => undefined);
  assert.deepEqual(await extractAll(extract, names(3)), [256, 256, 256]);
  server.misbehave(() => refusal(400, 'the licence has run out'));
  assert.deepEqual(await extractAll(extract, names(3)), everything);
  await assert.rejects(extract(), isError('extractorUnavailable', /refuses what it has answered before/));
});

test('a sample of which the network makes nothing is an error alone, whether it says so by zeros or otherwise', async () => {
  for (const nothing of [0, NaN]) {
    server.misbehave((samples, good) => {
      const body = Buffer.from(good.body);
      const from = body.length - samples.length * 1_024;
      samples.forEach((sample, row) => {
        for (let at = 0; isBad(sample) && at < 256; at++)
          body.writeFloatLE(nothing, from + row * 1_024 + at * 4);
      });
      return { ...good, body };
    });
    const ended = await extractAll(open().extract, ['one', 'bad', 'two']);
    assert.deepEqual(ended, [256, 'sampleUnreadable', 256]);
  }
});

test('an answer that breaks off is asked for again', async () => {
  server.misbehave((_, good) =>
    server.batches().length < 2 ? { ...good, body: Buffer.from(good.body).subarray(0, -9) } : undefined,
  );
  assert.equal((await open().extract()).descriptor?.length, 256);
  assert.deepEqual(server.batches(), [1, 1]);
});

test('an answer that is far too long is not read to its end', async () => {
  server.misbehave((_, good) => ({ ...good, body: Buffer.alloc(1_000_000) }));
  await assert.rejects(open().extract(), isError('extractorUnavailable', /answers with more than \d+ bytes/));
});

/** Two samples of one batch that the server holds back until `answer` is called. */
async function askForTwo() {
  const { extract } = open();
  await extract();
  let answer: () => void = () => undefined;
  const gate = new Promise<undefined>((resolve) => {
    answer = () => {
      resolve(undefined);
    };
  });
  server.misbehave(() => gate);
  const stops = [new AbortController(), new AbortController()] as const;
  const asked = stops.map(({ signal }, index) => extract(`sample ${index}`, { signal })) as [
    ReturnType<typeof extract>,
    ReturnType<typeof extract>,
  ];
  for (const one of asked) one.catch(() => undefined);
  await waitFor('the batch to be sent', () => server.batches().includes(2));
  return { stops, asked, answer };
}

test('who stops waiting gets away at once, and the other of its batch is answered', async () => {
  const { stops, asked, answer } = await askForTwo();
  stops[0].abort();
  await assert.rejects(asked[0], { name: 'AbortError' });
  answer();
  assert.equal((await asked[1]).descriptor?.length, 256);
});

test('a request for which nobody waits any more is broken off', async () => {
  const { stops, asked } = await askForTwo();
  for (const stop of stops) stop.abort();
  for (const one of asked) await assert.rejects(one, { name: 'AbortError' });
  await waitFor('the connection to be closed', () => server.abandoned() === 1);
});

test('who stops waiting in the queue is not sent', async () => {
  const { extract } = open({ of: { batch: 1 }, concurrency: 1 });
  await extract();
  const answers: (() => void)[] = [];
  server.misbehave(() => (answers.length === 0 ? 'silent' : undefined));
  const stop = new AbortController();
  const hanging = new AbortController();
  const first = extract('first', { signal: hanging.signal });
  await waitFor('the first to be sent', () => server.batches().length === 2);
  const second = extract('second', { signal: stop.signal });
  const third = extract('third');
  stop.abort();
  await assert.rejects(second, { name: 'AbortError' });
  answers.push(() => undefined);
  hanging.abort();
  await assert.rejects(first, { name: 'AbortError' });
  assert.equal((await third).descriptor?.length, 256);
  assert.equal(server.batches().length, 3);
});

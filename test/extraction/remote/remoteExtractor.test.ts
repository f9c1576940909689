import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import sharp from 'sharp';
import { DomainError } from '../../../domain/errors.ts';
import type { JsonNetwork } from '../../../extraction/catalogue/network.ts';
import { openRemote, type OpenRemoteOptions } from '../../../extraction/extractors.ts';
import { createLogger } from '../../../platform/logger.ts';
import {
  startRemoteServer,
  type Misbehaviour,
  type RemoteServer,
} from '../../support/servers/remoteServer.ts';
import { patienceMs, waitFor } from '../../support/waitFor.ts';
import { describeOne } from '../../support/describeOne.ts';
import { makeWarps } from '../../support/warps.ts';

let server: RemoteServer;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  server = await startRemoteServer();
});
afterEach(() => {
  server.misbehave(() => undefined);
  server.asked.length = 0;
});
after(() => server.stop());

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

function open({ of = {}, ...options }: Partial<OpenRemoteOptions> & { of?: Partial<JsonNetwork> } = {}) {
  const entry = {
    ...{ kind: 'face', version: 4, name: 'remote', batch: 1, threads: 1, isBuiltIn: false },
    outputs: { descriptor: { length: 256 } },
    server: { protocol: 'json', url: server.url },
    ...of,
  } as JsonNetwork;
  const remote = openRemote(entry, nobody, {
    ...{ timeoutMs: patienceMs, concurrency: 4, retries: 2, log, restMs: 300, firstPauseMs: 5 },
    ...options,
  });
  return (jpeg = warps[0] ?? Buffer.of(), { signal = new AbortController().signal } = {}) =>
    remote.extract({ id: 'sample', bytes: () => Promise.resolve(jpeg), signal });
}

/** A server of this kind makes its network's input itself. */
const nobody = { prepare: () => Promise.reject(new Error('nothing is to be prepared')) };

const isError = (name: string, detail: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DomainError, String(error));
  assert.deepEqual([error.error, detail.test(error.detail)], [name, true], error.detail);
  return true;
};

test('a remote descriptor is what the network says, scaled to length 1', async () => {
  const descriptor = await describeOne(3, 'face', warps[0] ?? Buffer.of());
  const made = await open()();
  assert.equal(made.attributes, undefined);
  for (const [index, value] of (made.descriptor ?? []).entries()) {
    assert.ok(Math.abs(value - (descriptor[index] ?? 0)) < 1e-5);
  }
  assert.equal(server.asked[0]?.search, '?kind=face&version=4&descriptor=true&attributes=false');
});

test('attributes are asked for without a descriptor', async () => {
  const extract = open({ of: { kind: 'attributes', outputs: { age: 'age', gender: 'gender' } } });
  const { descriptor, attributes } = await extract();
  assert.equal(descriptor, undefined);
  assert.ok(attributes !== undefined && attributes.age > 15 && attributes.gender < 0.5);
});

test('a sample that the server refuses is to blame, and is not sent again', async () => {
  server.misbehave(() => ({ status: 422, body: { detail: 'two faces' } }));
  await assert.rejects(open()(), isError('sampleUnreadable', /refused it: two faces/));
  assert.equal(server.asked.length, 1);
});

test('what is no whole JPEG of a sample is an error, and is not sent at all', async () => {
  const [warp = Buffer.of()] = warps;
  const large = await sharp(warp).resize(910, 1137).jpeg().toBuffer();
  for (const [file, detail] of [
    [Buffer.from('not an image'), /^sample sample: not an image, not a JPEG of 250×250$/],
    [large, /910×1137 where 250×250 is expected/],
    [warp.subarray(0, warp.length / 2), /incomplete/],
  ] as const) {
    await assert.rejects(open()(file), isError('sampleUnreadable', detail));
  }
  assert.equal(server.asked.length, 0);
});

const ones = Array.from({ length: 255 }, () => 1);

const wrongAnswers: Record<string, readonly [body: unknown, status: number, detail: RegExp]> = {
  'too few numbers': [{ descriptor: [1, 2] }, 200, /2 numbers instead of 256/],
  'a null among the numbers': [{ descriptor: [null, ...ones] }, 200, /finite numbers/],
  'a number beyond 32 bits': [{ descriptor: [1e300, ...ones] }, 200, /finite numbers/],
  'no descriptor': [{}, 200, /no descriptor/],
  'no object': ['[]', 200, /object is expected/],
  'no JSON': ['<html>', 200, /not JSON/],
  'more than a megabyte': ['x'.repeat(1_100_000), 200, /exceeds 1000000 bytes/],
  'an unknown address': [{ detail: 'who?' }, 404, /status 404/],
  'no permission': [{}, 401, /status 401/],
  'an inner error': [{}, 500, /status 500/],
};
for (const [what, [body, status, detail]] of Object.entries(wrongAnswers)) {
  test(`a server that answers with ${what} is asked again and then counts as unavailable`, async () => {
    server.misbehave(() => ({ status, body }));
    await assert.rejects(open()(), isError('extractorUnavailable', detail));
    assert.equal(server.asked.length, 3);
  });
}

test('a server that is silent counts as unavailable after its time', async () => {
  server.misbehave(() => 'silent');
  await assert.rejects(
    open({ timeoutMs: 100, retries: 1 })(),
    isError('extractorUnavailable', /no answer in 100 ms/),
  );
});

test('a server that fails once and then answers is not noticed', async () => {
  const failures: Misbehaviour = () => (server.asked.length < 3 ? { status: 503, body: {} } : undefined);
  server.misbehave(failures);
  assert.equal((await open()()).descriptor?.length, 256);
  assert.equal(server.asked.length, 3);
});

test('a server that asks to be left alone for long is not asked meanwhile', async () => {
  server.misbehave(() => ({ status: 503, body: {}, headers: { 'retry-after': '40' } }));
  const extract = open();
  await assert.rejects(extract(), isError('extractorUnavailable', /asks for a pause of 40 s/));
  await assert.rejects(extract(), isError('extractorUnavailable', /asks for a pause/));
  assert.equal(server.asked.length, 1);
});

/** An extractor whose server has failed so often that it is left alone. */
async function openBroken(restMs: number) {
  const states: boolean[] = [];
  const extract = open({ onAsked: (isAsked) => states.push(isAsked), restMs });
  server.misbehave(() => ({ status: 500, body: {} }));
  await waitFor('the circuit to open', async () => {
    await assert.rejects(extract());
    return states.includes(false);
  });
  return { extract, states };
}

test('a server that fails again and again is left alone', async () => {
  const { extract } = await openBroken(10 * patienceMs);
  const asked = server.asked.length;
  await assert.rejects(extract(), isError('extractorUnavailable', /is not asked for a while/));
  assert.equal(server.asked.length, asked, 'it is not asked while it rests');
});

test('a server that was left alone is asked again after a rest', async () => {
  const { extract, states } = await openBroken(300);
  server.misbehave(() => undefined);
  await waitFor('it to be asked again', () =>
    extract().then(
      () => true,
      () => false,
    ),
  );
  assert.equal(states.at(-1), true);
});

test('a sample that the server cannot bear is to blame when the server answers for others', async () => {
  const extract = open();
  const poison = Buffer.concat([warps[1] ?? Buffer.of(), Buffer.from('poison')]);
  server.misbehave((jpeg, res) => {
    if (!jpeg.equals(poison)) return undefined;
    res.destroy();
    return 'silent';
  });
  await assert.rejects(
    extract(poison),
    isError('extractorUnavailable', /./),
    'nobody knows yet whose fault it is',
  );
  await extract(warps[0]);
  await assert.rejects(extract(poison), isError('sampleKillsExtractor', /answers for other samples/));
  assert.equal((await extract(warps[2])).descriptor?.length, 256);
});

test('a sample whose tries all fell into an outage is not to blame once the server is back', async () => {
  const extract = open();
  await extract(warps[0]);
  server.misbehave(() => (server.asked.length <= 4 ? { status: 500, body: {} } : undefined));
  assert.equal((await extract(warps[1])).descriptor?.length, 256);
  assert.equal(server.asked.length, 6, 'three tries, the sample that was known, and the sample once more');
});

test('no more samples than agreed are with the server at the same time', async () => {
  const extract = open({ concurrency: 2 });
  server.gather(2);
  await Promise.all(Array.from({ length: 12 }, (_, index) => extract(warps[index % warps.length])));
  assert.equal(server.mostBusy(), 2);
  assert.equal(server.asked.length, 12);
});

test('who stops waiting gets away at once', async () => {
  server.misbehave(() => 'silent');
  const stop = new AbortController();
  const answer = open({ timeoutMs: 10 * patienceMs })(warps[0], { signal: stop.signal });
  let why: unknown;
  answer.catch((error: unknown) => (why = error));
  await waitFor('the server to be asked', () => server.asked.length === 1);
  stop.abort();
  await waitFor('the end of the wait', () => why);
  await assert.rejects(answer, { name: 'AbortError' });
});

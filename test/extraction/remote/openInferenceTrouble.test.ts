import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainError } from '../../../domain/errors.ts';
import { refusal } from '../../support/servers/inferenceServer.ts';
import { waitFor } from '../../support/waitFor.ts';
import { extractAll, isBad, isError, names, openInferenceServer } from './openInferenceServer.ts';

const { server, open } = await openInferenceServer();

test('a server that is overloaded for a moment is not noticed', async () => {
  server.misbehave(() => (server.batches().length < 3 ? refusal(503, 'busy') : undefined));
  assert.deepEqual(new Set(await extractAll(open().extract, names(16))), new Set([256]));
});

test('a server that asks to be left alone for long is not asked meanwhile', async () => {
  server.misbehave(() => refusal(429, 'too many', { 'retry-after': '3600' }));
  const { extract } = open();
  await assert.rejects(extract(), isError('extractorUnavailable', /asks for a pause of 60 s/));
  server.misbehave(() => undefined);
  await assert.rejects(extract(), isError('extractorUnavailable', /asks for a pause/));
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
  await assert.rejects(
    extract(),
    isError('extractorUnavailable', /refuses a request that it answered before/),
  );
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
  await assert.rejects(open().extract(), isError('extractorUnavailable', /exceeds \d+ bytes/));
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

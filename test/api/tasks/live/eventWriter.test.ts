import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { createEventWriter } from '../../../../api/tasks/live/eventWriter.ts';

function createStream() {
  const written: Buffer[] = [];
  const stream = { writableEnded: false, write: (bytes: Buffer) => written.push(bytes) };
  return {
    stream: stream as unknown as ServerResponse,
    written,
    end: () => void (stream.writableEnded = true),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('streams that are told the same get the same bytes, in one piece; the others get their own, in order', async () => {
  const { write } = createEventWriter();
  const [one, two, other] = [createStream(), createStream(), createStream()];
  for (const event of ['a', 'b', 'c'])
    for (const each of [one, two, other]) if (each !== other || event !== 'b') write(each.stream, event);
  assert.deepEqual(one.written, []);
  await turn();
  assert.equal(one.written[0], two.written[0]);
  assert.deepEqual(
    [one, two, other].map(({ written }) => written.join('|')),
    ['abc', 'abc', 'ac'],
  );
  write(two.stream, 'd');
  await turn();
  assert.equal(two.written.join('|'), 'abc|d');
  assert.equal(one.written.length, 1, 'nothing is written where nothing is told');
});

test('what waits is written before the end of a stream, and nothing after it', async () => {
  const { write, flush } = createEventWriter();
  const [one, two] = [createStream(), createStream()];
  write(one.stream, 'last');
  flush();
  assert.equal(one.written.join(), 'last');
  write(two.stream, 'too late');
  two.end();
  await turn();
  assert.deepEqual(two.written, []);
});

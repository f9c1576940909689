// ENTRY of an extractor process: forked by extractorProcess.ts, works off batches one after the other. It holds the
// thread while it decodes and infers; meanwhile the files of the next batch are read in libuv's threads.
import { readFile } from 'node:fs';
import { promisify } from 'node:util';
import { createDescriber } from '../onnx/describe.ts';
import type { Answer, ChildMessage, Image, ParentMessage } from './protocol.ts';

type Work = Exclude<ParentMessage, { type: 'networks' }>;

let describer = createDescriber([]);

// Small messages are written to the pipe before send returns, so `started` arrives even if the run that follows ends
// the process. A parent that is gone is told of by `disconnect`, not by a failed write.
const send = (message: ChildMessage) => process.send?.(message, undefined, undefined, () => undefined);

let turn: Promise<void> = Promise.resolve();

function accept(message: ParentMessage): void {
  if (message.type === 'networks') {
    describer = createDescriber(message.networks);
    send({ type: 'ready' });
  } else {
    const images = message.type === 'run' ? Promise.all(message.images.map(read)) : Promise.resolve([]);
    turn = turn.then(() => work(message, images));
  }
}

// The one with a callback: half the processor time of the one of node:fs/promises.
const readWhole = promisify(readFile);

/** Null: whatever the reason, the parent knows better. */
async function read(image: Image): Promise<Uint8Array | null> {
  return typeof image === 'string' ? readWhole(image).catch(() => null) : image;
}

async function work(message: Work, reading: Promise<readonly (Uint8Array | null)[]>): Promise<void> {
  const { seq } = message;
  try {
    const images = await reading;
    send({ type: 'started', seq });
    const start = performance.now();
    if (message.type === 'load') {
      const tensors = await describer.load(message);
      const seconds = (performance.now() - start) / 1_000;
      send({ type: 'loaded', seq, tensors, seconds, memoryBytes: process.memoryUsage.rss() });
      return;
    }
    const found = images.filter((image) => image !== null);
    const made = found.length === 0 ? [] : await describer.describe(message, found);
    let next = 0;
    const answers = images.map((image): Answer => (image === null ? 'unread' : (made[next++] ?? 'unread')));
    send({ type: 'done', seq, made: answers, seconds: (performance.now() - start) / 1_000 });
  } catch (error) {
    send({ type: 'failed', seq, detail: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', accept);
// The parent is gone, whatever the reason: nobody would take the results. Also ends a process that hangs on.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the parent decides when its children may go.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

import type { ServerResponse } from 'node:http';

/** What a stream is to be sent at the end of this turn: the events of `before` and this one. */
interface Batch {
  readonly before: Batch | null;
  readonly event: string;
  /** By the event that comes next: streams that are told the same share their batches. */
  readonly next: Map<string, Batch>;
  bytes?: Buffer;
}

/**
 * Writes events to streams: all that one is told in a turn of the event loop is one write, and its bytes are made once for all
 * streams that are told the same. An event by itself was three pieces of a system call for each stream: 1,500 that came to
 * 200 tasks cost 7 s of processor time.
 */
export function createEventWriter() {
  const waiting = new Map<ServerResponse, Batch>();
  let first = startOfTurn();

  const flush = (): void => {
    for (const [stream, batch] of waiting) if (!stream.writableEnded) stream.write(bytesOf(batch));
    waiting.clear();
    first = startOfTurn();
  };

  return {
    write: (stream: ServerResponse, event: string): void => {
      if (waiting.size === 0) queueMicrotask(flush);
      const before = waiting.get(stream) ?? first;
      let batch = before.next.get(event);
      if (batch === undefined) before.next.set(event, (batch = { before, event, next: new Map() }));
      waiting.set(stream, batch);
    },

    /** Writes at once what waits for the end of the turn. */
    flush,
  };
}

function startOfTurn(): Batch {
  return { before: null, event: '', next: new Map() };
}

function bytesOf(batch: Batch): Buffer {
  if (batch.bytes !== undefined) return batch.bytes;
  const events: string[] = [];
  for (let each: Batch | null = batch; each !== null; each = each.before) events.push(each.event);
  return (batch.bytes = Buffer.from(events.reverse().join('')));
}

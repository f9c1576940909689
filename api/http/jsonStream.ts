import type { ServerResponse } from 'node:http';
import type { Response } from 'express';

/**
 * Sends a text that is made piece by piece, no faster than the client takes it. What goes wrong before the first piece is
 * answered as an error; later the answer is broken off (api/http/middleware/errorHandler.ts), so that nobody takes what came for
 * the whole.
 */
export async function sendPieces(
  res: Response,
  type: 'json' | 'csv' | 'application/x-ndjson',
  pieces: AsyncIterable<string | Buffer>,
): Promise<void> {
  const gone = new AbortController();
  let goOn: (() => void) | undefined;
  // One listener for all waits: the stream that packs the answer would keep each one.
  res.on('drain', () => goOn?.());
  res.once('close', () => {
    gone.abort();
    goOn?.();
  });
  // Who takes nothing for minutes is cut off, and must not see it as an end.
  res.once('timeout', () => breakOff(res));
  res.type(type);
  const isHead = res.req.method === 'HEAD';
  for await (const piece of pieces) {
    if (isHead || gone.signal.aborted) break;
    const hasRoom = res.write(piece);
    // What is packed would otherwise wait for the pieces that follow.
    res.flush();
    if (!hasRoom) await new Promise<void>((resolve) => (goOn = resolve));
  }
  res.end();
}

/** Ends an answer so that every client notices: one that has no length ends with its connection, unless that is reset. */
export function breakOff(res: ServerResponse): void {
  res.socket?.resetAndDestroy();
  res.destroy();
}

/** The items of lists that come in pieces, as one JSON array under a name. */
export async function* arrayPieces(name: string, lists: AsyncIterable<readonly object[]>) {
  let separator = `{"${name}":[`;
  for await (const list of lists) {
    if (list.length === 0) continue;
    yield separator + JSON.stringify(list).slice(1, -1);
    separator = ',';
  }
  yield `${separator === ',' ? '' : separator}]}`;
}

/** In place of express's own, which works out type, charset, freshness and cache tag of every answer anew. */
export function sendJson(this: Response, value?: unknown): Response {
  const text = JSON.stringify(value);
  if (!this.hasHeader('Content-Type')) this.setHeader('Content-Type', 'application/json; charset=utf-8');
  this.setHeader('Content-Length', Buffer.byteLength(text));
  this.end(text);
  return this;
}

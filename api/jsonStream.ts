import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/** Sends a text that is made piece by piece, no faster than the client takes it. */
export async function sendPieces(
  res: Response,
  type: 'json' | 'csv',
  pieces: AsyncIterable<string>,
): Promise<void> {
  res.status(200).type(type);
  if (res.req.method === 'HEAD') {
    res.end();
    return;
  }
  try {
    await pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 2 }), res);
  } catch (error) {
    // The client has gone; nobody is left to be answered.
    if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    throw error;
  }
}

/** The items of lists that come in pieces, as one JSON array under a name. */
export async function* arrayPieces(name: string, lists: AsyncIterable<readonly object[]>) {
  yield `{"${name}":[`;
  let separator = '';
  for await (const list of lists) {
    if (list.length === 0) continue;
    yield separator + JSON.stringify(list).slice(1, -1);
    separator = ',';
  }
  yield ']}';
}

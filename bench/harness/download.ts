import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';

export interface DownloadOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly take: (piece: Buffer) => void;
  /** Breaks the connection off as soon as so many bytes have come. */
  readonly atMost?: number;
}

export interface Downloaded {
  readonly status: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly tag: string;
}

/** Downloads over a connection of its own. @throws when it ends before it should */
export async function download(url: string, options: DownloadOptions): Promise<Downloaded> {
  const { headers, take, atMost = Infinity } = options;
  const started = performance.now();
  const request = get(url, { headers, agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    const wanted = piece.subarray(0, atMost - bytes);
    take(wanted);
    bytes += wanted.length;
    if (bytes >= atMost) break;
  }
  if (bytes < atMost && !answer.complete)
    throw new Error(`${url}: the answer broke off after ${bytes} bytes`);
  return {
    ...{ bytes, status: answer.statusCode ?? 0, tag: answer.headers.etag ?? '' },
    seconds: (performance.now() - started) / 1_000,
  };
}

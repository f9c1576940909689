import type { RemoteNetwork } from '../catalogue/network.ts';
import type { Wanted } from '../extractor.ts';

/** The server's trouble, or what looks like it: worth another try, and no fault of the sample as far as is known. */
export class RemoteTrouble extends Error {
  override readonly name = 'RemoteTrouble';
}

export type RemoteAnswer =
  | { readonly kind: 'answered'; readonly body: unknown }
  /** The server says that this sample is no good. */
  | { readonly kind: 'refused'; readonly detail: string };

// Statuses about the body that was sent. Others (401, 404, 429, 5xx) say nothing of the sample: a wrong address must
// not turn every object into an error.
const aboutTheSample = new Set([400, 413, 415, 422]);

// 16,384 numbers of 25 characters are well below.
const longestAnswer = 1_000_000;
const longestDetail = 300;

/** One request to a remote extractor, within a time. Rejects with RemoteTrouble, or with the reason of `signal`. */
export async function callRemote(
  { server: { url }, kind, version }: RemoteNetwork,
  sample: { readonly jpeg: Uint8Array; readonly wanted: Wanted; readonly signal: AbortSignal },
  timeoutMs: number,
): Promise<RemoteAnswer> {
  const address = new URL(url);
  address.searchParams.set('kind', kind === 'attributes' ? 'face' : kind);
  address.searchParams.set('version', String(version));
  address.searchParams.set('descriptor', String(sample.wanted !== 'attributes'));
  address.searchParams.set('attributes', String(sample.wanted !== 'descriptor'));
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg', accept: 'application/json' },
      body: sample.jpeg as Uint8Array<ArrayBuffer>,
      redirect: 'error',
      signal: AbortSignal.any([sample.signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (response.status !== 200 && !aboutTheSample.has(response.status)) {
      await response.body?.cancel();
      throw new RemoteTrouble(`it answers with status ${response.status}`);
    }
    const text = await readText(response);
    return response.status === 200
      ? { kind: 'answered', body: parse(text) }
      : { kind: 'refused', detail: detailOf(text) || `status ${response.status}` };
  } catch (error) {
    if (sample.signal.aborted) throw sample.signal.reason;
    if (error instanceof RemoteTrouble) throw error;
    throw new RemoteTrouble(reasonOf(error, timeoutMs), { cause: error });
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > longestAnswer) throw new RemoteTrouble(`it answers with more than ${longestAnswer} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RemoteTrouble('its answer is not JSON', { cause: error });
  }
}

function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === 'string' ? detail.slice(0, longestDetail) : '';
  } catch {
    return '';
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer in ${timeoutMs} ms`;
  // fetch wraps what happened to the connection.
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}

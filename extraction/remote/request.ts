import { inSpan, isRecorded, traceHeaders } from '../../platform/tracing/span.ts';
import type { TensorData } from '../extractor.ts';
import { readRetryAfter } from './retryAfter.ts';
import { RemoteTrouble } from './trouble.ts';

export interface RemoteCall {
  /** Posted; without it the address is asked by GET. */
  readonly body?: TensorData;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** A longer answer is trouble: it would fill the memory. */
  readonly mostBytes: number;
}

export type RemoteReply =
  | { readonly kind: 'answered'; readonly body: Buffer; readonly headers: Headers }
  /** The server does not take what was sent. */
  | { readonly kind: 'refused'; readonly detail: string };

// Statuses about the body that was sent. Others (401, 404, 429, 5xx) say nothing of the sample: a wrong address must
// not turn every object into an error.
const aboutTheBody = new Set([400, 413, 415, 422]);
const asksForRest = new Set([429, 503]);

const longestErrorBytes = 10_000;
const longestDetail = 300;

/** One request, within a time. Rejects with RemoteTrouble, or with the reason of `signal`. */
export async function request(address: URL, call: RemoteCall): Promise<RemoteReply> {
  const { body, headers, signal, timeoutMs } = call;
  try {
    const response = await traced(address, call, (traceOf) =>
      fetch(address, {
        ...(body === undefined ? {} : { method: 'POST', body: body as Uint8Array<ArrayBuffer> }),
        headers: { ...headers, ...traceOf },
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      }),
    );
    if (response.status === 200) {
      return {
        kind: 'answered',
        body: await readBody(response, call.mostBytes),
        headers: response.headers,
      };
    }
    const detail = await readDetail(response);
    if (aboutTheBody.has(response.status)) {
      return { kind: 'refused', detail: detail || `status ${response.status}` };
    }
    throw new RemoteTrouble(`it answers with status ${response.status}${detail && `: ${detail}`}`, {
      retryAfterMs: asksForRest.has(response.status)
        ? readRetryAfter(response.headers.get('retry-after'))
        : null,
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof RemoteTrouble) throw error;
    throw new RemoteTrouble(reasonOf(error, timeoutMs), { cause: error });
  }
}

/** An extractor belongs to the installation, so it is given the trace. */
function traced(
  { hostname }: URL,
  { body }: RemoteCall,
  ask: (traceOf: Record<string, string>) => Promise<Response>,
): Promise<Response> {
  if (!isRecorded()) return ask({});
  const method = body === undefined ? 'GET' : 'POST';
  const attributes = { 'http.request.method': method, 'server.address': hostname };
  return inSpan(method, { kind: 'client', attributes }, async (span) => {
    const response = await ask(traceHeaders());
    span.setAttribute('http.response.status_code', response.status);
    return response;
  });
}

async function readBody(response: Response, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) throw new RemoteTrouble(`its answer exceeds ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Our own servers say `detail`, those of the Open Inference Protocol `error`. */
async function readDetail(response: Response): Promise<string> {
  try {
    const text = (await readBody(response, longestErrorBytes)).toString();
    const { detail, error } = JSON.parse(text) as { detail?: unknown; error?: unknown };
    const said = [detail, error].find((one) => typeof one === 'string') ?? '';
    return said.slice(0, longestDetail);
  } catch {
    return '';
  }
}

/** @throws RemoteTrouble */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch (error) {
    throw new RemoteTrouble('its answer is not JSON', { cause: error });
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer in ${timeoutMs} ms`;
  // fetch wraps what happened to the connection.
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { closeServer } from './closeServer.ts';

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number;
  readonly doubleValue?: number;
  readonly arrayValue?: unknown;
}

interface Pair {
  readonly key: string;
  readonly value: Value;
}

/** As OTLP's own documents name it (opentelemetry/proto/trace/v1/trace.proto). */
interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes?: readonly Pair[];
  readonly events?: readonly unknown[];
  readonly status?: { readonly code?: string; readonly message?: string };
}

export interface TraceRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Pair[] };
    readonly scopeSpans: readonly { readonly spans: readonly ExportedSpan[] }[];
  }[];
}

export interface ReceivedSpan extends Omit<ExportedSpan, 'attributes'> {
  readonly service: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Message {
  decode(bytes: Uint8Array): unknown;
  toObject(message: unknown, options: object): TraceRequest;
}

interface Messages {
  opentelemetry: { proto: { collector: { trace: { v1: { ExportTraceServiceRequest: Message } } } } };
}

// The exporter's own messages of OTLP: they can be read, too.
const messages = createRequire(import.meta.url)(
  '@opentelemetry/otlp-transformer/build/src/generated/root',
) as Messages;
const { ExportTraceServiceRequest } = messages.opentelemetry.proto.collector.trace.v1;

export type TraceReceiver = Awaited<ReturnType<typeof startTraceReceiver>>;

/** Takes spans by OTLP over HTTP, as a collector does; a hung one takes them and never answers. */
export async function startTraceReceiver({ isHung = false } = {}) {
  const bodies: Buffer[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const spans: ReceivedSpan[] = [];
  const server = createServer((req, res) => {
    void buffer(req).then((body) => {
      bodies.push(body);
      headers.push(req.headers);
      if (req.url === '/v1/traces') spans.push(...spansIn(readRequest(body)));
      if (!isHung) res.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    /** Whether any byte that was received spells the text. */
    hasReceived: (text: string): boolean => bodies.some((body) => body.includes(text)),
    close: (): Promise<void> => closeServer(server),
  };
}

function readRequest(body: Buffer): TraceRequest {
  const options = { bytes: String, enums: String, longs: Number };
  const request = ExportTraceServiceRequest.toObject(ExportTraceServiceRequest.decode(body), options);
  return JSON.parse(JSON.stringify(request), (key, value: unknown) =>
    /^(trace|span|parentSpan)Id$/.test(key) ? Buffer.from(String(value), 'base64').toString('hex') : value,
  ) as TraceRequest;
}

export function spansIn({ resourceSpans }: TraceRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(attributesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({ ...span, service, attributes: attributesOf(span.attributes ?? []) })),
    );
  });
}

function attributesOf(pairs: readonly Pair[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0] as unknown]));
}

import {
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
} from '@opentelemetry/api';

export type { Span } from '@opentelemetry/api';

/** Without an SDK (startTracing.ts) all that is made here is nothing. */
const tracer = trace.getTracer('luna-admin');

export interface SpanOptions {
  readonly kind?: 'internal' | 'client';
  /** Only those of platform/tracing/tellable.ts are exported. */
  readonly attributes?: Attributes;
}

const kinds = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const;

/** Runs `work` in a span of its own. Of what it throws the span has the kind alone: messages may hold values. */
export async function inSpan<T>(
  name: string,
  { kind = 'internal', attributes = {} }: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, { kind: kinds[kind], attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', kindOf(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Whether what is done now is part of a trace that is recorded; never if tracing is off. */
export function isRecorded(): boolean {
  return trace.getActiveSpan()?.isRecording() === true;
}

/** For each line of the log. */
export function traceFields(): { readonly traceId?: string } {
  const span = trace.getActiveSpan();
  return span === undefined ? {} : { traceId: span.spanContext().traceId };
}

/** The headers that carry the trace to another service; none if tracing is off. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** `listener`, as if it were called here: what emits an event knows of no trace. */
export function keepTrace<Listener extends (...args: never[]) => void>(listener: Listener): Listener {
  return context.bind(context.active(), listener);
}

const requestKey = createContextKey('id of the request');

/**
 * Runs `answer` in a span for a request. Its parent is the one in the headers (W3C Trace Context), if there is one.
 * `requestId` is read later, when it is known.
 */
export function inRequestSpan(
  method: string,
  headers: Readonly<Record<string, unknown>>,
  requestId: () => string | undefined,
  answer: (span: Span) => void,
): void {
  const parent = propagation.extract(ROOT_CONTEXT, headers).setValue(requestKey, requestId);
  tracer.startActiveSpan(method, { kind: SpanKind.SERVER }, parent, answer);
}

export function failed(span: Span): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/**
 * Runs `work` in the present trace if that is the trace of the request, and otherwise outside of any: what a request
 * has ordered may be begun by whatever makes room for it.
 */
export function inTraceOf<T>(requestId: string | null | undefined, work: () => T): T {
  const present = context.active().getValue(requestKey) as (() => string | undefined) | undefined;
  if (present !== undefined && present() === (requestId ?? undefined)) return work();
  return context.with(ROOT_CONTEXT, work);
}

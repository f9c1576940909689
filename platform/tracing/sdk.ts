import { setTimeout as delay } from 'node:timers/promises';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { envDetectorSync, Resource } from '@opentelemetry/resources';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Logger } from '../logger.ts';
import { createExporter } from './exporter.ts';
import { createLostSpans } from './lostSpans.ts';
import { createSpanQueue } from './spanQueue.ts';
import type { TracingSettings } from './startTracing.ts';
import { tellableOnly } from './tellable.ts';

export type Tracing = ReturnType<typeof startSdk>;

// A process that stops waits no longer for a collector that does not answer.
const flushMs = 2_000;

/**
 * Makes the SDK the one of this process. Endpoint, headers, sampler and queue are what its own variables (OTEL_…) say;
 * of what callers send, only the W3C header of the trace is read.
 */
export function startSdk(serviceName: string, settings: TracingSettings, log: Logger) {
  const resource = new Resource({
    ...{ 'service.name': serviceName, 'process.pid': process.pid },
    ...envDetectorSync.detect().attributes,
  });
  // It reports every batch that is lost; the log says it once (tellable.ts).
  setGlobalErrorHandler(() => undefined);
  const lost = createLostSpans(log);
  const processor = createSpanQueue(tellableOnly(createExporter(settings), log), lost);
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  log.info('tracing is on');
  return {
    resource,
    processor,
    /** What is dropped is counted there. */
    countLost: lost.countWith,
    /** Sends what is still to be sent. */
    stop: async (): Promise<void> => {
      await Promise.race([
        provider.shutdown().catch(() => undefined),
        delay(flushMs, undefined, { ref: false }),
      ]);
    },
  };
}

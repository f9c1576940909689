import { TraceFlags } from '@opentelemetry/api';
import { ExportResultCode, getEnv } from '@opentelemetry/core';
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { DropReason, LostSpans } from './lostSpans.ts';

/**
 * The SDK's queue of spans that wait for the exporter. It would drop in silence what it has no room for
 * (OTEL_BSP_MAX_QUEUE_SIZE), so that is counted here, before.
 */
export function createSpanQueue(exporter: SpanExporter, lost: Pick<LostSpans, 'note'>): SpanProcessor {
  const longest = getEnv().OTEL_BSP_MAX_QUEUE_SIZE;
  const failed: DropReason = 'not_exported';
  let waiting = 0;
  const queue = new BatchSpanProcessor(
    {
      export: (spans, done) => {
        waiting -= spans.length;
        exporter.export(spans, (result) => {
          if (result.code === ExportResultCode.FAILED) lost.note(failed, spans.length);
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
      forceFlush: async () => exporter.forceFlush?.(),
    },
    { maxQueueSize: longest },
  );
  return {
    onStart: (span, parent) => {
      queue.onStart(span, parent);
    },
    onEnd: (span) => {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
      if (waiting >= longest) {
        lost.note('queue_full', 1);
        return;
      }
      waiting += 1;
      queue.onEnd(span);
    },
    forceFlush: () => queue.forceFlush(),
    shutdown: () => queue.shutdown(),
  };
}

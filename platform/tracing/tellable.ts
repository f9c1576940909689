import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Logger } from '../logger.ts';

/**
 * All that a span may tell: ids of the service's own, routes, statuses, texts of statements without values. Whatever
 * else a library or a mistake adds, such as messages of errors, memos and addresses, stays here.
 */
const tellable = new Set([
  ...['http.request.method', 'http.route', 'http.response.status_code', 'server.address', 'error.type'],
  ...['db.system.name', 'db.query.text'],
  ...['luna.request_id', 'luna.error_code', 'luna.task_id', 'luna.part_no', 'luna.objects', 'luna.failed'],
  // Of Temporal's interceptors.
  ...['temporalWorkflowId', 'temporalActivityId', 'run_id'],
  ...['workflowType', 'workflowId', 'runId', 'taskQueue', 'attempt'],
]);

const longest = 4_000;

/** `exporter`, given only what may be told; the log says once that it fails, and once that it works again. */
export function tellableOnly(exporter: SpanExporter, log: Pick<Logger, 'info' | 'warn'>): SpanExporter {
  let isLost = false;
  const note = (result: ExportResult): void => {
    const isNews = isLost !== (result.code === ExportResultCode.FAILED);
    if (!isNews) return;
    isLost = !isLost;
    if (isLost) {
      log.warn(
        { err: result.error },
        'spans cannot be exported and are dropped: the collector does not take them',
      );
    } else log.info('spans are exported again');
  };
  return {
    export: (spans, done) => {
      exporter.export(spans.map(told), (result) => {
        note(result);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function told(span: ReadableSpan): ReadableSpan {
  const attributes = Object.entries(span.attributes)
    .filter(([name]) => tellable.has(name))
    .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, longest) : value]);
  return {
    ...span,
    spanContext: () => span.spanContext(),
    name: span.name,
    duration: span.duration,
    ended: span.ended,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
    attributes: Object.fromEntries(attributes) as ReadableSpan['attributes'],
    status: { code: span.status.code },
    events: [],
  };
}

import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { ActivityInterceptorsFactory, WorkerOptions } from '@temporalio/worker';
import type { Tracing } from '../platform/tracing/startTracing.ts';

export interface TemporalTracing {
  readonly client: readonly WorkflowClientInterceptor[];
  readonly activity: readonly ActivityInterceptorsFactory[];
  /** Take what the workflows' own interceptors record (bundle.ts). */
  readonly sinks: NonNullable<WorkerOptions['sinks']>;
}

/** The interceptors that carry a trace from who starts a workflow to its activities; loaded only if tracing is on. */
export async function traceTemporal(tracing: Tracing | null): Promise<TemporalTracing | null> {
  if (tracing === null) return null;
  const otel = await import('@temporalio/interceptors-opentelemetry');
  const calls = new otel.OpenTelemetryWorkflowClientInterceptor();
  return {
    // What is asked of Temporal every few seconds, such as whether a workflow still runs, is no part of a trace.
    client: [
      {
        startWithDetails: (input, next) => calls.startWithDetails(input, next),
        signal: (input, next) => calls.signal(input, next),
        signalWithStart: (input, next) => calls.signalWithStart(input, next),
      },
    ],
    activity: [(context) => ({ inbound: new otel.OpenTelemetryActivityInboundInterceptor(context) })],
    sinks: { exporter: otel.makeWorkflowExporter(tracing.processor, tracing.resource) },
  };
}

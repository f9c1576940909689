import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const requestSeconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const batchSeconds = [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 5, 15, 60];
const partSeconds = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 180, 600, 1800];
const controlSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16];

/**
 * The service's own figures. Labels come from closed sets (a route is its pattern, never an id);
 * gauges that need a query are set by whoever knows the answer, shortly before `render`.
 */
export function createMetrics(registry: Registry = new Registry()) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter<Label>({ name, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge<Label>({ name, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    buckets: number[],
  ) => new Histogram<Label>({ name, help, labelNames, buckets, registers });

  const taskObjects = counter('luna_task_objects_total', 'Objects that tasks have dealt with, by outcome.', [
    'type',
    'outcome',
  ]);
  const partRetries = counter('luna_part_retries_total', 'Attempts of a part after its first.', ['type']);
  const scheduleFailures = counter(
    'luna_schedule_failures_total',
    'Times of schedules that came to nothing: no task could be made, the time was missed, or its task failed.',
    ['reason'],
  );
  // From zero: of a series that begins at 500 Prometheus sees no increase, and a task may fail between two scrapes.
  for (const reason of ['run_failed', 'run_missed', 'task_failed']) scheduleFailures.inc({ reason }, 0);
  for (const type of ['gc', 'extract']) {
    partRetries.inc({ type }, 0);
    for (const outcome of ['done', 'failed', 'skipped']) taskObjects.inc({ type, outcome }, 0);
  }

  // Process figures too: CPU, resident memory, heap, event-loop lag, garbage collection.
  collectDefaultMetrics({ register: registry });
  const poolConnections = gauge('luna_db_pool_connections', 'Database connections by what they do.', [
    ...['pool', 'state'],
  ]);

  return {
    registry,
    render: (): Promise<string> => registry.metrics(),
    contentType: registry.contentType,

    httpRequests: counter('luna_http_requests_total', 'HTTP requests answered.', [
      'method',
      'route',
      'status',
    ]),
    httpDuration: histogram(
      'luna_http_request_duration_seconds',
      'Time from the first byte of a request to the end of its answer.',
      ['method', 'route', 'status'],
      requestSeconds,
    ),
    httpErrors: counter('luna_http_errors_total', 'Error answers by their code.', ['route', 'error_code']),

    tasks: gauge('luna_tasks', 'Tasks by type and status.', ['type', 'status']),
    taskObjects,
    scheduleFailures,
    partDuration: histogram(
      'luna_part_duration_seconds',
      'Time that one attempt of a part took.',
      ['type', 'outcome'],
      partSeconds,
    ),
    batchDuration: histogram(
      'luna_batch_duration_seconds',
      "Time of one batch's transaction.",
      ['type'],
      batchSeconds,
    ),
    partRetries,
    checkpointAge: gauge(
      'luna_checkpoint_age_seconds',
      'Since a part that is under way committed a batch last, or a task could not be planned; the oldest.',
      [],
    ),
    failedAttempts: gauge(
      'luna_part_failed_attempts',
      'Attempts of a part that failed one after the other since its last batch; the most.',
      [],
    ),
    outboxAge: gauge(
      'luna_outbox_age_seconds',
      'Age of the oldest notification that waits to be sent, or task that waits although it is its turn.',
      [],
    ),
    clockOffset: gauge(
      'luna_clock_offset_seconds',
      "How far this process's clock is ahead of the database's.",
      [],
    ),
    samplesWithoutOwner: gauge(
      'luna_samples_without_owner',
      'Samples whose face or event is gone, by the last whole count.',
      [],
    ),
    sampleTombstones: gauge(
      'luna_sample_tombstones',
      'Files of removed samples that are still to be removed: pending, or refused by the file system.',
      ['state'],
    ),
    sampleTombstoneAge: gauge(
      'luna_sample_tombstone_age_seconds',
      'For how long the oldest file of a removed sample is still there.',
      [],
    ),
    reconcilerRepairs: counter('luna_reconciler_repairs_total', 'What the reconciler put right.', ['kind']),
    controlLatency: histogram(
      'luna_control_latency_seconds',
      'Time from asking for an action until the task has taken it.',
      ['action'],
      controlSeconds,
    ),
    extractDuration: histogram(
      'luna_extract_duration_seconds',
      'Time of one run of a model on one sample.',
      ['version'],
      requestSeconds,
    ),
    remoteExtractorAsked: gauge(
      'luna_remote_extractor_asked',
      '1, or 0 while a remote extractor is left alone because it failed again and again.',
      ['version'],
    ),
    /** Of a pool of database connections, shortly before `render`. */
    reportPool: ({ name: pool, size, available, waiting }: PoolSize): void => {
      poolConnections.set({ pool, state: 'idle' }, available);
      poolConnections.set({ pool, state: 'busy' }, size - available);
      poolConnections.set({ pool, state: 'waited_for' }, waiting);
    },
  };
}

interface PoolSize {
  readonly name: string;
  readonly size: number;
  readonly available: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
}

export type Metrics = ReturnType<typeof createMetrics>;

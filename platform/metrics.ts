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

  // From zero: of a series that begins at 500 Prometheus sees no increase, and what counts here may happen between two scrapes.
  const closedCounter = <Label extends string>(name: string, help: string, sets: LabelSets<Label>) => {
    const made = counter(name, help, Object.keys(sets) as Label[]);
    for (const labels of combine(sets)) made.inc(labels, 0);
    return made;
  };
  const closedHistogram = <Label extends string>(
    name: string,
    help: string,
    sets: LabelSets<Label>,
    buckets: number[],
  ) => {
    const made = histogram(name, help, Object.keys(sets) as Label[], buckets);
    for (const labels of combine(sets)) made.zero(labels);
    return made;
  };
  const type = ['gc', 'extract'];

  // Process figures too: CPU, resident memory, heap, event-loop lag, garbage collection.
  collectDefaultMetrics({ register: registry });
  const poolConnections = gauge('luna_db_pool_connections', 'Database connections by pool and state.', [
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
    requestsLimited: closedCounter('luna_requests_limited_total', 'Requests refused by a rate limit.', {
      limit: ['requests', 'costly', 'pictures', 'public'],
    }),
    httpErrors: counter('luna_http_errors_total', 'Error answers by their code.', ['route', 'error_code']),

    tasks: gauge('luna_tasks', 'Tasks by type and status.', ['type', 'status']),
    taskObjects: closedCounter('luna_task_objects_total', 'Objects processed by tasks, by outcome.', {
      ...{ type, outcome: ['done', 'failed', 'skipped'] },
    }),
    tasksFailed: closedCounter('luna_tasks_failed_total', 'Tasks that failed, by type and by origin.', {
      type,
      made_by: ['admin', 'schedule'],
    }),
    scheduleFailures: closedCounter(
      'luna_schedule_failures_total',
      'Scheduled runs that failed: no task could be created, the time was missed, or the task failed.',
      { reason: ['run_failed', 'run_missed', 'task_failed'] },
    ),
    partDuration: closedHistogram(
      'luna_part_duration_seconds',
      'Duration of one attempt of a subtask.',
      { type, outcome: ['done', 'stopped', 'failed'] },
      partSeconds,
    ),
    batchDuration: closedHistogram(
      'luna_batch_duration_seconds',
      'Duration of the transaction of one batch.',
      { type },
      batchSeconds,
    ),
    partRetries: closedCounter('luna_part_retries_total', 'Attempts of a subtask after its first.', { type }),
    checkpointAge: gauge(
      'luna_checkpoint_age_seconds',
      'Time since the last batch was committed by a running subtask, or since a task could not be planned; the longest.',
      [],
    ),
    failedAttempts: gauge(
      'luna_part_failed_attempts',
      'Failed attempts in a row of a subtask since its last batch; the most.',
      [],
    ),
    outboxAge: gauge(
      'luna_outbox_age_seconds',
      'Age of the oldest notification to be sent, or of the oldest task that waits although it is its turn.',
      [],
    ),
    approvalsWaiting: gauge(
      'luna_approvals_waiting',
      'Tasks and schedules that wait for the approval of another administrator.',
      [],
    ),
    approvalAge: gauge('luna_approval_age_seconds', 'Age of the oldest approval that is waited for.', []),
    auditUnsealed: gauge('luna_audit_unsealed', 'Audit entries that have no seal yet.', []),
    auditUnsealedAge: gauge('luna_audit_unsealed_age_seconds', 'Age of the oldest of them.', []),
    auditFeedBehind: gauge(
      'luna_audit_feed_behind',
      'Sealed audit entries that a feed has not delivered yet, by feed.',
      ['feed'],
    ),
    auditFeedAge: gauge('luna_audit_feed_age_seconds', 'Time since the oldest of them was sealed.', ['feed']),
    slowdown: gauge(
      'luna_slowdown_ratio',
      'Seconds of rest for each second of work, since the database falls behind; 0: tasks are not slowed down.',
      [],
    ),
    clockOffset: gauge(
      'luna_clock_offset_seconds',
      "How far the clock of this process is ahead of the database's.",
      [],
    ),
    samplesWithoutOwner: gauge(
      'luna_samples_without_owner',
      'Samples whose face or event is gone, by the last full count.',
      [],
    ),
    sampleTombstones: gauge(
      'luna_sample_tombstones',
      'Files of removed samples still to be deleted: pending, or refused by the file system.',
      ['state'],
    ),
    sampleTombstoneAge: gauge(
      'luna_sample_tombstone_age_seconds',
      'Age of the oldest file of a removed sample.',
      [],
    ),
    reconcilerRepairs: closedCounter('luna_reconciler_repairs_total', 'Repairs made by the reconciler.', {
      kind: [
        ...['task_started', 'signal_repeated', 'workflow_lost', 'workflow_closed'],
        ...['schedule_followed', 'sample_swept', 'network_check_started'],
      ],
    }),
    spansDropped: closedCounter(
      'luna_spans_dropped_total',
      'Spans of traces that were not sent: the queue was full, or the collector did not take them.',
      { reason: ['queue_full', 'not_exported'] },
    ),
    workers: gauge('luna_workers', 'Worker processes that report taking work, by queue.', ['queue']),
    controlLatency: closedHistogram(
      'luna_control_latency_seconds',
      'Time from requesting an action until the task has followed it.',
      { action: ['pause', 'resume', 'cancel', 'retry'] },
      controlSeconds,
    ),
    extractDuration: histogram(
      'luna_extract_duration_seconds',
      'Duration of one model run on one sample.',
      ['version'],
      requestSeconds,
    ),
    remoteExtractorAsked: gauge(
      'luna_remote_extractor_asked',
      '1, or 0 while a remote extractor is not asked because it failed repeatedly.',
      ['kind', 'version'],
    ),
    /** Of a pool of database connections, shortly before `render`. */
    reportPool: ({ name: pool, size, available, waiting }: PoolSize): void => {
      poolConnections.set({ pool, state: 'idle' }, available);
      poolConnections.set({ pool, state: 'busy' }, size - available);
      poolConnections.set({ pool, state: 'waited_for' }, waiting);
    },
  };
}

/** Every value that a label may have. */
type LabelSets<Label extends string> = Readonly<Record<Label, readonly string[]>>;

function combine<Label extends string>(sets: LabelSets<Label>): Record<Label, string>[] {
  const entries = Object.entries(sets) as [Label, readonly string[]][];
  return entries.reduce<Record<string, string>[]>(
    (all, [label, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}

interface PoolSize {
  readonly name: string;
  readonly size: number;
  readonly available: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
}

export type Metrics = ReturnType<typeof createMetrics>;

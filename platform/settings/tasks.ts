import { shared } from './kinds.ts';
import { duration, text, wholeNumber } from './types.ts';

/** How tasks are run. */
export const tasksSettings = {
  SLOW_DOWN_STANDBY_SECONDS: wholeNumber(0, 86_400)
    .default(30)
    .describe(
      'Slow tasks down while a standby, or the reader of a replication slot, is further behind than this. 0: never. The role of the workers needs pg_monitor.',
    ),
  SLOW_DOWN_ARCHIVE_FILES: wholeNumber(0, 1_000_000)
    .default(64)
    .describe('Slow tasks down while more log files than this wait to be archived. 0: never.'),
  SLOW_DOWN_CHECKPOINT_SECONDS: wholeNumber(0, 3_600)
    .default(0)
    .describe(
      'Slow tasks down while the amount of log forces checkpoints at shorter intervals than this, in seconds. 0: never.',
    ),
  SLOW_DOWN_DEAD_ROWS: wholeNumber(0, 1_000_000_000_000)
    .default(0)
    .describe(
      'Slow tasks down while a table has more dead rows than this that vacuum has not processed. 0: never.',
    ),
  SLOW_DOWN_READ_MS: wholeNumber(0, 60_000)
    .default(200)
    .describe('Slow tasks down while a read by key takes longer than this, milliseconds. 0: never.'),
  EVENT_PARTITION_DAYS: wholeNumber(1, 31)
    .default(1)
    .describe(
      'Days of events in one partition. A gc empties partitions that it selects as a whole at once. One day suits retentions of up to three months, seven days a year: with hundreds of partitions each query is planned more slowly, and takes thousands of locks (max_locks_per_transaction).',
    ),
  GC_WINDOW: wholeNumber(1, 64).default(4).describe('Concurrent subtasks of one gc task.'),
  EXTRACT_PROCESSES: wholeNumber(1, 256)
    .optional()
    .describe('Extractor processes of one worker. Default: the number of cores.'),
  TASKS_AT_ONCE: shared(
    wholeNumber(1, 10_000).default(200),
    'How many tasks of the same or a more urgent priority run at the same time; others wait for their turn.',
  ),
  APPROVAL_OBJECTS: shared(
    wholeNumber(0, 1_000_000_000_000).optional(),
    'A gc of more objects than this, of everything, or of a whole descriptor version waits until another administrator approves it. If unset, no approval is needed.',
  ),
  APPROVAL_EXPIRES: shared(
    duration.default('3d'),
    'How long a gc or a schedule waits for its approval, such as 12h or 3d; then it is cancelled.',
  ),
  PART_SIZE_GC: wholeNumber(1, 10_000_000).default(50_000).describe('Objects per subtask of a gc task.'),
  PART_SIZE_EXTRACT: wholeNumber(1, 1_000_000)
    .default(2_000)
    .describe('Objects per subtask of an extract task.'),
  PARTS_PER_RUN: wholeNumber(1, 4_000)
    .default(400)
    .describe('Subtasks after which a task continues in a new workflow run.'),
  BATCH_TARGET_MS: wholeNumber(10, 10_000)
    .default(200)
    .describe('Target duration of one batch of a gc, milliseconds. Its rows are locked for that long.'),
  EXTRACT_BATCH_TARGET_MS: wholeNumber(10, 10_000)
    .default(1_000)
    .describe(
      'Target duration of one batch of an extract, milliseconds. A pause or cancel takes effect after it. No lock is held while networks run.',
    ),
  RECONCILE_INTERVAL_MS: wholeNumber(50, 600_000)
    .default(3_000)
    .describe('How often to check for waiting and lost tasks, milliseconds.'),
  WORKER_METRICS_HOST: text
    .default('127.0.0.1')
    .describe("Address of a worker's /metrics and /healthcheck; they show no secrets."),
  WORKER_METRICS_PORT: wholeNumber(0, 65535)
    .optional()
    .describe(
      "Port of a worker's /metrics and /healthcheck. Default: 5011, or the next free one. 0 picks a free one.",
    ),
  TASK_QUEUE_PREFIX: text
    .regex(/^[\w.-]*$/, 'letters, digits, points, hyphens')
    .default('')
    .describe('Prefix of each Temporal task queue, so that several installations can share a server.'),
  BUNDLE_CACHE: text.optional().describe('Folder that caches the compiled workflows between worker starts.'),
} as const;

import type { TaskFailure } from '../domain/tasks/books.ts';
import type { EngineTask } from '../domain/tasks/engineTask.ts';
import { fadeMs } from '../domain/tasks/rate.ts';
import type {
  Checkpoint,
  ClaimedPart,
  Claiming,
  Committed,
  Orders,
  PartRef,
  TaskRef,
} from '../domain/tasks/parts.ts';
import type { PartState } from '../domain/tasks/task.ts';
import type { Database, Sql } from './connection.ts';
import { toStoredFailure } from './storedFailure.ts';
import { recordPartError } from './taskErrorStore.ts';
import { withRetries } from './transientErrors.ts';
import { findEngineTask } from './engineTask.ts';

/** What one batch did: the part's new checkpoint, and whether the part is finished with it. */
export interface BatchEffect<T> {
  readonly checkpoint: Checkpoint;
  readonly finished: boolean;
  readonly result: T;
}

export type PartStore = ReturnType<typeof createPartStore>;

export function createPartStore(db: Database) {
  return {
    claim: (part: PartRef, claim: string): Promise<Claiming> => withRetries(() => claimPart(db, part, claim)),

    /** What is wanted of the task now; null: it is gone or lives on in another generation. */
    orders: (ref: TaskRef): Promise<Orders | null> => readOrders(db, ref),

    /**
     * Gives the part back without waiting for its end, so that another worker goes on at its checkpoint; `waitsFor` is
     * shown as its failure until a batch succeeds.
     */
    release: (part: ClaimedPart, waitsFor?: TaskFailure): Promise<void> => releasePart(db, part, waitsFor),

    /** The part failed for good. */
    fail: (part: PartRef, failure: TaskFailure): Promise<void> => recordPartError(db, part, failure),
  };
}

interface PartRow {
  subtask_id: number;
  from_key: string | null;
  to_key: string;
  expected: number;
  sparse: boolean;
  state: PartState;
  attempt: number;
  cursor: string | null;
  walked: boolean;
  retry_errors: boolean;
  retry_code: number | null;
  whole: boolean;
  error_cursor: string | null;
  batches: number;
  done: number;
  failed: number;
  skipped: number;
  samples_removed: number;
  origins_removed: number;
}

async function claimPart(db: Database, { ref, partNo }: PartRef, claim: string): Promise<Claiming> {
  return db.transaction(async (tx) => {
    // The part's row first: finishing a task holds it, so a claim either comes before the end or sees it.
    const [row] = await tx.query<PartRow>(
      'select * from subtasks where task_id = $1 and part_no = $2 for update',
      [ref.taskId, partNo],
    );
    const task = await findEngineTask(tx, ref);
    if (row === undefined || task === null) return { kind: 'refused' };
    if (row.state === 'done') return { kind: 'done' };
    const runs = task.state === 'planning' || task.state === 'running';
    if (!runs || task.desiredState !== 'run' || (row.state !== 'pending' && row.state !== 'running')) {
      return { kind: 'refused' };
    }
    await tx.query(
      `update subtasks set claim = $3, state = 'running', attempt = attempt + 1, last_update_time = now()
       where task_id = $1 and part_no = $2`,
      [ref.taskId, partNo, claim],
    );
    // Whoever stops in order gives its part back before: whoever has not was killed, or could not be heard.
    if (row.state === 'running') {
      await tx.query('insert into task_log (task_id, part_no, attempt) values ($1, $2, $3)', [
        ref.taskId,
        partNo,
        row.attempt + 1,
      ]);
    }
    return { kind: 'claimed', part: toClaimedPart(task, partNo, claim, row) };
  });
}

function toClaimedPart(task: EngineTask, partNo: number, claim: string, row: PartRow): ClaimedPart {
  return {
    task,
    partNo,
    subtaskId: row.subtask_id,
    claim,
    range: { fromKey: row.from_key, toKey: row.to_key },
    expected: row.expected,
    isSparse: row.sparse,
    retryErrors: row.retry_errors,
    retryCode: row.retry_code,
    isWhole: row.whole,
    attempt: row.attempt + 1,
    checkpoint: {
      cursor: row.cursor ?? row.from_key,
      walked: row.walked,
      errorCursor: row.error_cursor,
      batches: row.batches,
      done: row.done,
      failed: row.failed,
      skipped: row.skipped,
      samplesRemoved: row.samples_removed,
      originsRemoved: row.origins_removed,
    },
  };
}

/**
 * One batch: fence, effect, checkpoint in one transaction. `work` runs only while the claim is ours and the task is
 * to run; it may be called again after a deadlock, with the number of its attempt, so it must have no effect outside
 * its transaction.
 */
export async function commitBatch<T>(
  db: Database,
  part: ClaimedPart,
  work: (tx: Sql, attempt: number) => Promise<BatchEffect<T>>,
): Promise<Committed<T>> {
  return withRetries((attempt) => tryBatch(db, part, (tx) => work(tx, attempt)));
}

async function tryBatch<T>(
  db: Database,
  part: ClaimedPart,
  work: (tx: Sql) => Promise<BatchEffect<T>>,
): Promise<Committed<T>> {
  return db.transaction(async (tx) => {
    const orders = await fence(tx, part);
    if (orders === null) return { kind: 'lost' };
    if (orders.desired !== 'run') {
      await releasePart(tx, part);
      return { kind: 'stopped' };
    }
    const { checkpoint, finished, result } = await work(tx);
    await tx.query(
      `update subtasks set cursor = $3, walked = $4, error_cursor = $5, batches = $6, done = $7, failed = $8,
         skipped = case when $12 then greatest($9::bigint, expected - $7::bigint - $8::bigint) else $9 end,
         samples_removed = $10, origins_removed = $11, last_update_time = clock_timestamp(),
         recent = recent * exp(greatest(-50, (recent_at_ms - $13::bigint) / ${fadeMs}::float8)) + greatest($7::bigint - done, 0)
           + greatest($8::bigint - failed, 0) + greatest($9::bigint - skipped, 0), recent_at_ms = $13,
         failure = null, retry_errors = retry_errors and not $12, claim = case when $12 then null else claim end,
         state = case when $12 then 'done' else state end, end_time = case when $12 then clock_timestamp() end,
         expected = greatest(expected, $7::bigint + $8::bigint + $9::bigint)
       where task_id = $1 and part_no = $2`,
      [
        part.task.taskId,
        part.partNo,
        checkpoint.cursor,
        checkpoint.walked,
        checkpoint.errorCursor,
        checkpoint.batches,
        checkpoint.done,
        checkpoint.failed,
        checkpoint.skipped,
        checkpoint.samplesRemoved,
        checkpoint.originsRemoved,
        finished,
        orders.clockMs,
      ],
    );
    return { kind: 'committed', part: { ...part, checkpoint }, orders, result };
  });
}

/** Of `tasks t`: what the admin wants right now. */
const orderColumns = `t.desired_state as desired, t.objects_per_second as "objectsPerSecond",
       (select count(*) from subtasks r where r.task_id = t.task_id and r.state = 'running') as "runningParts"`;

/** Locks the part's row if the claim is still ours. */
async function fence(tx: Sql, part: ClaimedPart): Promise<(Orders & { clockMs: number }) | null> {
  const [row] = await tx.query<Orders & { clockMs: number }>(
    `select ${orderColumns},
       (t.running_ms + coalesce(extract(epoch from clock_timestamp() - t.running_since) * 1000, 0))::bigint as "clockMs"
     from subtasks s join tasks t on t.task_id = s.task_id
     where s.task_id = $1 and s.part_no = $2 and s.claim = $3 and s.state = 'running'
     for update of s`,
    [part.task.taskId, part.partNo, part.claim],
  );
  return row ?? null;
}

async function readOrders(db: Sql, { taskId, generation }: TaskRef): Promise<Orders | null> {
  const [row] = await db.query<Orders>(
    `select ${orderColumns}
     from tasks t where t.task_id = $1 and t.generation = $2`,
    [taskId, generation],
  );
  return row ?? null;
}

async function releasePart(db: Sql, part: ClaimedPart, waitsFor?: TaskFailure): Promise<void> {
  await db.query(
    `update subtasks set state = 'pending', claim = null, last_update_time = now(), failure = coalesce($4::jsonb, failure)
     where task_id = $1 and part_no = $2 and claim = $3 and state = 'running'`,
    [
      part.task.taskId,
      part.partNo,
      part.claim,
      waitsFor === undefined ? null : JSON.stringify(toStoredFailure(waitsFor)),
    ],
  );
}

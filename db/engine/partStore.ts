import type { TaskFailure } from '../../domain/tasks/books.ts';
import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import type {
  AttemptEnd,
  ClaimedPart,
  Claiming,
  Control,
  PartRef,
  TaskRef,
} from '../../domain/tasks/parts.ts';
import type { PartState } from '../../domain/tasks/task.ts';
import { orderColumns } from './commitBatch.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { endAttempt } from './partAttempts.ts';
import { recordPartError } from './taskErrorStore.ts';
import { withRetries } from '../sql/transientErrors.ts';
import { findEngineTask } from './engineTask.ts';

export type PartStore = ReturnType<typeof createPartStore>;

/** @param worker what the process that claims parts is called, for those who look for it */
export function createPartStore(db: Database, worker: string | null = null) {
  return {
    claim: (part: PartRef, claim: string): Promise<Claiming> =>
      withRetries(() => claimPart(db, part, claim, worker)),

    /** What is wanted of the task now; null: it is gone or lives on in another generation. */
    readControl: (ref: TaskRef): Promise<Control | null> => readControl(db, ref),

    /** Gives the part back without waiting for its end, so that another worker goes on at its checkpoint. */
    giveBack: (part: ClaimedPart, end: AttemptEnd): Promise<void> => endAttempt(db, part, end),

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
  worker: string | null;
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
  samples_left: number;
  origins_removed: number;
}

async function claimPart(
  db: Database,
  { ref, partNo }: PartRef,
  claim: string,
  worker: string | null,
): Promise<Claiming> {
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
      `update subtasks set claim = $3, state = 'running', attempt = attempt + 1, worker = $4,
         checkpoint_time = coalesce(checkpoint_time, now()), last_update_time = now()
       where task_id = $1 and part_no = $2`,
      [ref.taskId, partNo, claim, worker],
    );
    // Whoever stops in order gives its part back before: whoever has not was killed, or could not be heard.
    if (row.state === 'running') {
      await tx.query(
        `insert into task_log (task_id, part_no, attempt, outcome, worker) values ($1, $2, $3, 'lost', $4)`,
        [ref.taskId, partNo, row.attempt, row.worker],
      );
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
      samplesLeft: row.samples_left,
      originsRemoved: row.origins_removed,
    },
  };
}

async function readControl(db: Sql, { taskId, generation }: TaskRef): Promise<Control | null> {
  const [row] = await db.query<Control>(
    `select ${orderColumns}
     from tasks t where t.task_id = $1 and t.generation = $2`,
    [taskId, generation],
  );
  return row ?? null;
}

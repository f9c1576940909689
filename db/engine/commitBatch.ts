import { fadeMs } from '../../domain/tasks/rate.ts';
import type { Checkpoint, ClaimedPart, Committed, Control } from '../../domain/tasks/parts.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { refuseBeyondLimit } from './objectsLimit.ts';
import { endAttempt } from './partAttempts.ts';
import { isToSum } from './partSums.ts';
import { withRetries } from '../sql/transientErrors.ts';
import { UnwantedError, watchedTransaction } from '../sql/watchedTransaction.ts';

/** What one batch did: the part's new checkpoint, and whether the part is finished with it. */
export interface BatchEffect<T> {
  readonly checkpoint: Checkpoint;
  readonly finished: boolean;
  readonly result: T;
}

/** Of `tasks t`: what the admin wants right now. */
export const orderColumns = `t.desired_state as desired, t.objects_per_second as "objectsPerSecond",
       (select count(*) from subtasks s where s.task_id = t.task_id and ${isToSum} and s.state = 'running') as "runningParts"`;

/**
 * One batch: fence, effect, checkpoint in one transaction. `work` runs only while the claim is ours and the task is
 * to run; it may be called again after a deadlock, with the number of its attempt, so it must have no effect outside
 * its transaction. A batch that waits is ended when the task is to stop; one that has done its work is thrown away
 * when a cancel came meanwhile.
 * @throws DomainError lockHeld
 */
export async function commitBatch<T>(
  db: Database,
  part: ClaimedPart,
  work: (tx: Sql, attempt: number) => Promise<BatchEffect<T>>,
): Promise<Committed<T>> {
  try {
    return await withRetries((attempt) => tryBatch(db, part, (tx) => work(tx, attempt)));
  } catch (error) {
    if (!(error instanceof UnwantedError)) throw error;
    await endAttempt(db, part, { outcome: 'given_back', rests: true });
    return { kind: 'stopped' };
  }
}

async function tryBatch<T>(
  db: Database,
  part: ClaimedPart,
  work: (tx: Sql) => Promise<BatchEffect<T>>,
): Promise<Committed<T>> {
  return watchedTransaction(
    db,
    (aside) => isWanted(aside, part),
    async (tx) => {
      const control = await fence(tx, part);
      if (control === null) return { kind: 'lost' };
      if (control.desired !== 'run') {
        await endAttempt(tx, part, { outcome: 'given_back', rests: true });
        return { kind: 'stopped' };
      }
      const { checkpoint, finished, result } = await work(tx);
      const grown = checkpoint.done + checkpoint.failed + checkpoint.skipped - control.expected;
      if (grown > 0) await refuseBeyondLimit(tx, part.task, grown);
      const updated = await tx.execute(
        `update subtasks set cursor = $3, walked = $4, error_cursor = $5, batches = $6, done = $7, failed = $8,
         skipped = case when $12 then greatest($9::bigint, expected - $7::bigint - $8::bigint) else $9 end,
         samples_removed = $10, origins_removed = $11, samples_left = $14, last_update_time = clock_timestamp(),
         recent = recent * exp(greatest(-50, (recent_at_ms - $13::bigint) / ${fadeMs}::float8)) + greatest($7::bigint - done, 0)
           + greatest($8::bigint - failed, 0) + greatest($9::bigint - skipped, 0), recent_at_ms = $13,
         checkpoint_time = clock_timestamp(), failed_attempts = 0,
         failure = null, retry_errors = retry_errors and not $12, claim = case when $12 then null else claim end,
         state = case when $12 then 'done' else state end, end_time = case when $12 then clock_timestamp() end,
         expected = greatest(expected, $7::bigint + $8::bigint + $9::bigint)
       where task_id = $1 and part_no = $2
         and exists (select from tasks where task_id = $1 and desired_state <> 'cancel')`,
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
          control.clockMs,
          checkpoint.samplesLeft,
        ],
      );
      if (updated === 0) throw new UnwantedError('a cancel came before the batch could be committed');
      return { kind: 'committed', part: { ...part, checkpoint }, control, result };
    },
  );
}

/** Locks the part's row if the claim is still ours. */
async function fence(
  tx: Sql,
  part: ClaimedPart,
): Promise<(Control & { clockMs: number; expected: number }) | null> {
  const [row] = await tx.query<Control & { clockMs: number; expected: number }>(
    `select ${orderColumns}, s.expected,
       (t.running_ms + coalesce(extract(epoch from clock_timestamp() - t.running_since) * 1000, 0))::bigint as "clockMs"
     from subtasks s join tasks t on t.task_id = s.task_id
     where s.task_id = $1 and s.part_no = $2 and s.claim = $3 and s.state = 'running'
     for update of s`,
    [part.task.taskId, part.partNo, part.claim],
  );
  return row ?? null;
}

async function isWanted(aside: Pick<Sql, 'query'>, part: ClaimedPart): Promise<boolean> {
  const [row] = await aside.query<{ wanted: boolean }>(
    `select t.desired_state = 'run' and s.claim is not distinct from $3 as wanted
     from subtasks s join tasks t using (task_id) where s.task_id = $1 and s.part_no = $2`,
    [part.task.taskId, part.partNo, part.claim],
  );
  return row?.wanted === true;
}

import type { AttemptEnd, ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Sql } from '../sql/connection.ts';
import { toStoredFailure } from './faults.ts';

/**
 * Gives the part back at its checkpoint, if it is still ours, and keeps how the attempt ended. A failure is shown as the
 * part's until a batch is committed; the same one again counts up the line of the log.
 */
export async function endAttempt(db: Sql, part: ClaimedPart, end: AttemptEnd): Promise<void> {
  await db.query(
    `with ended as (
       update subtasks set state = 'pending', claim = null, last_update_time = now(),
         failure = coalesce($5::jsonb, failure), failed_attempts = failed_attempts + ($4 = 'failed')::integer,
         checkpoint_time = case when $6 then null else checkpoint_time end
       where task_id = $1 and part_no = $2 and claim = $3 and state = 'running'
       returning attempt, worker
     ), last as (
       select line_id from task_log l where l.task_id = $1 and l.line_id = (
           select line_id from task_log where task_id = $1 and part_no = $2 order by line_id desc limit 1)
         and l.outcome = 'failed' and l.failure = $5::jsonb
     ), again as (
       update task_log l set line_time = clock_timestamp(), attempt = ended.attempt, worker = ended.worker,
         repeats = l.repeats + 1
       from ended, last where l.task_id = $1 and l.line_id = last.line_id
     )
     insert into task_log (task_id, part_no, attempt, outcome, worker, failure)
     select $1::bigint, $2::integer, attempt, $4, worker, $5::jsonb from ended where not exists (select from last)`,
    [
      ...[part.task.taskId, part.partNo, part.claim, end.outcome],
      end.outcome === 'failed' ? JSON.stringify(toStoredFailure(end.failure)) : null,
      end.outcome === 'given_back' && end.rests,
    ],
  );
}

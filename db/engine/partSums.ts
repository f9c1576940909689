import { fadeMs } from '../../domain/tasks/rate.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { isOpenTask } from './turns.ts';

export type PartSums = ReturnType<typeof createPartSums>;

/** Of `subtasks s`: those that a look has to add to the kept sums, found by an index that has no others. */
export const isToSum = 's.attempt > 0 and not s.folded';

/** Of `tasks t`: the running clock, milliseconds. */
export const runningClock = `(t.running_ms + coalesce(extract(epoch from now() - t.running_since) * 1000, 0))::bigint`;

/** Of rows with `recent` and `recent_at_ms`: what is left of it when the clock stands at `clock`. */
const faded = (row: string, clock: string): string =>
  `${row}.recent * exp(greatest(-50, (${row}.recent_at_ms - ${clock}) / ${fadeMs}::float8))`;

const isOpen = isOpenTask('t');

/**
 * For `tasks t`: the sums so far as `s`, all null for a task that has ended. Parts that nobody has begun have nothing
 * but what they are expected to have, and the task has the sum of that. In numbers of the machine: with decimal
 * ones many parts took five times as long.
 */
export const joinSums = `left join lateral (
  select coalesce(max(k.parts_done), 0) + count(*) filter (where s.state = 'done') parts_done,
    coalesce(max(k.grown), 0) + coalesce(sum(s.grown), 0)::bigint grown,
    coalesce(max(k.done), 0) + coalesce(sum(s.done), 0)::bigint done,
    coalesce(max(k.failed), 0) + coalesce(sum(s.failed), 0)::bigint failed,
    coalesce(max(k.skipped), 0) + coalesce(sum(s.skipped), 0)::bigint skipped,
    coalesce(max(k.samples_removed), 0) + coalesce(sum(s.samples_removed), 0)::bigint samples_removed,
    coalesce(max(k.samples_left), 0) + coalesce(sum(s.samples_left), 0)::bigint samples_left,
    coalesce(max(k.origins_removed), 0) + coalesce(sum(s.origins_removed), 0)::bigint origins_removed,
    coalesce(max(${faded('k', runningClock)}), 0)
      + coalesce(sum(${faded('s', runningClock)}) filter (where s.recent > 0), 0) recent,
    greatest(max(k.last_update_time), max(s.last_update_time)) last_update_time
  from (select t.task_id) one left join task_sums k using (task_id)
  left join subtasks s on s.task_id = one.task_id and ${isToSum}
  having ${isOpen}
) s on true`;

// Fewer are added up at each look as fast as one row is read.
const fewest = 32;
const partsAtOnce = 5_000;
// The leader has other things to do, and the rest is folded in its next round.
const roundMs = 1_000;

/** Sums of the parts of open tasks, so that a look at a task does not read all its parts: docs/decisions/0030. */
export function createPartSums(db: Database) {
  return {
    /** Adds parts that are done to the sums of their tasks; answers how many. Whoever reads meanwhile sees either. */
    fold: async (): Promise<number> => {
      const until = performance.now() + roundMs;
      const tasks = await db.query<{ taskId: number }>(
        `select t.task_id "taskId" from tasks t
         where t.task_status = 1 and (select count(*) from (
           select from subtasks s where s.task_id = t.task_id and ${isToSum} and s.state = 'done' limit ${fewest}) f
         ) = ${fewest}`,
      );
      let folded = 0;
      for (const { taskId } of tasks) {
        for (let last = partsAtOnce; last === partsAtOnce && performance.now() < until; folded += last) {
          last = await db.transaction((tx) => foldSome(tx, taskId));
        }
      }
      return folded;
    },
  };
}

/**
 * The task first, so that it is not removed meanwhile, then its parts, then its sums: the order in which everybody takes
 * them. A part that somebody holds is skipped: whoever ends the task waits for its parts in an order of his own.
 */
async function foldSome(tx: Sql, taskId: number): Promise<number> {
  const [task] = await tx.query<{ clock: number }>(
    `select ${runningClock} clock from tasks t where t.task_id = $1 and ${isOpen} for key share skip locked`,
    [taskId],
  );
  if (task === undefined) return 0;
  const [row] = await tx.query<{ parts: number }>(
    `with ended as (
       select s.part_no from subtasks s where s.task_id = $1 and ${isToSum} and s.state = 'done'
       limit ${partsAtOnce} for update skip locked
     ), s as (
       update subtasks set folded = true where task_id = $1 and part_no = any(array(select part_no from ended))
       returning grown, done, failed, skipped, samples_removed, samples_left, origins_removed, recent, recent_at_ms, last_update_time
     ), kept as (
       insert into task_sums as k (task_id, parts_done, grown, done, failed, skipped, samples_removed, samples_left,
         origins_removed, recent, recent_at_ms, last_update_time)
       select $1, count(*), sum(s.grown), sum(s.done), sum(s.failed), sum(s.skipped), sum(s.samples_removed), sum(s.samples_left),
         sum(s.origins_removed), sum(${faded('s', '$2::bigint')}), $2, max(s.last_update_time)
       from s having count(*) > 0
       on conflict (task_id) do update set parts_done = k.parts_done + excluded.parts_done,
         grown = k.grown + excluded.grown, done = k.done + excluded.done, failed = k.failed + excluded.failed,
         skipped = k.skipped + excluded.skipped, samples_removed = k.samples_removed + excluded.samples_removed, samples_left = k.samples_left + excluded.samples_left,
         origins_removed = k.origins_removed + excluded.origins_removed,
         recent = ${faded('k', 'excluded.recent_at_ms')} + excluded.recent, recent_at_ms = excluded.recent_at_ms,
         last_update_time = greatest(k.last_update_time, excluded.last_update_time)
     )
     select count(*) parts from s`,
    [taskId, task.clock],
  );
  return row?.parts ?? 0;
}

/**
 * For a retry, once its parts are open again: takes them out of the sums. What a task expects counts its parts' growth
 * since its last end, so growth begins anew.
 */
export async function unfoldOpened(tx: Sql, taskId: number): Promise<void> {
  await tx.query(
    `with s as (
       update subtasks set folded = false where task_id = $1 and folded and state <> 'done'
       returning done, failed, skipped, samples_removed, samples_left, origins_removed, recent, recent_at_ms
     )
     update task_sums k set grown = 0, parts_done = k.parts_done - s.parts, done = k.done - s.done,
       failed = k.failed - s.failed, skipped = k.skipped - s.skipped,
       samples_removed = k.samples_removed - s.samples_removed, samples_left = k.samples_left - s.samples_left,
       origins_removed = k.origins_removed - s.origins_removed, recent = greatest(0, k.recent - s.recent)
     from (
       select count(*) parts, coalesce(sum(s.done), 0) done, coalesce(sum(s.failed), 0) failed,
         coalesce(sum(s.skipped), 0) skipped, coalesce(sum(s.samples_removed), 0) samples_removed,
         coalesce(sum(s.samples_left), 0) samples_left,
         coalesce(sum(s.origins_removed), 0) origins_removed,
         coalesce(sum(${faded('s', '(select recent_at_ms from task_sums where task_id = $1)')}), 0) recent
       from s
     ) s where k.task_id = $1`,
    [taskId],
  );
  await tx.query(`update subtasks s set grown = 0 where s.task_id = $1 and ${isToSum} and s.grown <> 0`, [
    taskId,
  ]);
}

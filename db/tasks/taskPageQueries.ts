import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { GcContent } from '../../domain/gc/gcContent.ts';
import type { NotificationPolicy, PartState, TaskState } from '../../domain/tasks/task.ts';
import type { Sql } from '../sql/connection.ts';
import { openErrorGroups, type ErrorGroup } from './openErrors.ts';

export interface PartOfPage {
  readonly partNo: number;
  readonly state: PartState;
  readonly expected: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly attempt: number;
  readonly worker: string | null;
  readonly failure: object | null;
  readonly lastUpdateTime: Date;
}

/** A state that the task came to, or the end of a part's attempt that nobody had asked for. */
export type LogLine = { readonly time: Date } & (
  | { readonly state: TaskState }
  | {
      readonly state: null;
      readonly partNo: number;
      readonly attempt: number;
      readonly worker: string | null;
      /** Null: the attempt was lost. */
      readonly failure: object | null;
      readonly repeats: number;
    }
);

export interface TaskOrder {
  readonly content: GcContent | ExtractContent;
  readonly description: string | null;
  readonly objectsPerSecond: number | null;
  readonly errorBudget: number | null;
  readonly notificationPolicy: NotificationPolicy | null;
  readonly window: number | null;
  readonly priority: number;
}

export interface RatePoint {
  readonly time: Date;
  readonly rate: number;
}

/** Neighbouring parts, taken together so that a task of any size has few cells. */
export interface PartCell {
  readonly firstPart: number;
  readonly lastPart: number;
  readonly waiting: number;
  readonly running: number;
  readonly cancelled: number;
  readonly failed: number;
  readonly done: number;
  readonly expected: number;
  readonly handled: number;
  readonly objectsFailed: number;
  /** The largest of the parts'. */
  readonly attempt: number;
  /** Of a part that stands alone: the object that it has come to. */
  readonly cursor: string | null;
}

export type TaskPageQueries = ReturnType<typeof createTaskPageQueries>;

/** What the page of one task shows besides the task itself. */
export function createTaskPageQueries(db: Pick<Sql, 'query'>) {
  return {
    /** Some of the parts in their order: those that run, those that need a look, the next ones. */
    parts: (taskId: number, limit: number): Promise<PartOfPage[]> =>
      db.query(
        `select * from (
           select part_no "partNo", state, expected, done, failed, skipped, attempt, worker, failure,
             last_update_time "lastUpdateTime"
           from subtasks where task_id = $1
           order by case when state = 'running' or (state = 'pending' and failure is not null) then 0
             when state = 'failed' then 1 when state = 'cancelled' then 2 when state = 'pending' then 3 else 4 end, part_no
           limit $2
         ) shown order by "partNo"`,
        [taskId, limit],
      ),

    /** All parts in the order of their keys, in at most so many cells. */
    partCells: (taskId: number, limit: number): Promise<PartCell[]> =>
      db.query(
        `with grain as (
           select greatest(1, ceil(max(part_no) / $2::numeric))::int size from subtasks where task_id = $1)
         select min(part_no) "firstPart", max(part_no) "lastPart",
           count(*) filter (where state = 'pending') waiting, count(*) filter (where state = 'running') running,
           count(*) filter (where state = 'cancelled') cancelled, count(*) filter (where state = 'failed') failed,
           count(*) filter (where state = 'done') done, sum(expected)::bigint expected,
           sum(s.done + s.failed + s.skipped)::bigint handled, sum(s.failed)::bigint "objectsFailed",
           max(attempt) attempt, case when count(*) = 1 then max(cursor::text) end "cursor"
         from subtasks s, grain where task_id = $1 group by (part_no - 1) / grain.size order by 1`,
        [taskId, limit],
      ),

    /** How fast it was between its samples, in at most about `points` of them. */
    rates: (taskId: number, points: number): Promise<RatePoint[]> =>
      db.query(
        `select sample_time "time", greatest(0, handled - before) / extract(epoch from sample_time - before_time)::float8 rate
         from (
           select sample_time, handled, lag(handled) over w before, lag(sample_time) over w before_time
           from (
             select sample_time, handled, row_number() over (order by sample_time) no, count(*) over () all_samples
             from task_samples where task_id = $1
           ) s where no = 1 or no = all_samples or no % greatest(1, all_samples / $2) = 0
           window w as (order by sample_time)
         ) steps where before is not null order by 1`,
        [taskId, points],
      ),

    /** Newest first. */
    log: (taskId: number, limit: number): Promise<LogLine[]> =>
      db.query(
        // A line without an outcome is of the release before: an attempt that began after a lost one.
        `select line_time "time", state, part_no "partNo", attempt - (outcome is null)::integer attempt, worker, failure,
           repeats
         from task_log where task_id = $1 and outcome is distinct from 'given_back' order by line_time desc limit $2`,
        [taskId, limit],
      ),

    /** When it was taken up first; null: not yet. */
    startTime: async (taskId: number): Promise<Date | null> => {
      const [row] = await db.query<{ time: Date }>(
        `select line_time "time" from task_log where task_id = $1 and state in ('planning', 'running')
         order by line_id limit 1`,
        [taskId],
      );
      return row?.time ?? null;
    },

    /** The throttle that is set; null: none, or no such task. */
    rateLimit: async (taskId: number): Promise<number | null> => {
      const [row] = await db.query<{ limit: number | null }>(
        'select objects_per_second "limit" from tasks where task_id = $1',
        [taskId],
      );
      return row?.limit ?? null;
    },

    /** What was ordered with the task; null: there is no such task. */
    order: async (taskId: number): Promise<TaskOrder | null> => {
      const [row] = await db.query<TaskOrder>(
        `select content, description, objects_per_second "objectsPerSecond", error_budget "errorBudget",
           notification_policy "notificationPolicy", window_size "window", priority
         from tasks where task_id = $1`,
        [taskId],
      );
      return row ?? null;
    },

    /** Errors that no retry has overcome, by code, the most frequent first. */
    openErrorGroups: (taskId: number): Promise<ErrorGroup[]> => openErrorGroups(db, [taskId]),
  };
}

import type { TaskState } from '../../domain/tasks/task.ts';
import type { Sql } from '../sql/connection.ts';
import { offsetOf, type Paging } from '../sql/paging.ts';
import { isOpenTask } from '../engine/turns.ts';

export type RunResult = 'started' | 'skipped' | 'waiting' | 'failed' | 'missed';

/** What became of one time of a schedule, or of a run by hand. */
export interface NotedRun {
  readonly scheduleId: number;
  readonly scheduledTime: string;
  readonly outcome: RunResult;
  readonly taskId?: number;
  /** The earlier task that has not ended. */
  readonly blockingTaskId?: number;
  /** The time of an earlier run that began too late for this one to come. */
  readonly blockingTime?: string;
  readonly failure?: object;
  readonly absence?: Absence;
  readonly skipReason?: SkipReason;
  /** Who ran it by hand. */
  readonly login?: string;
}

/** What was away at a time that was missed. */
export type Absence =
  | { readonly reason: 'workers_away'; readonly from: Date; readonly until: Date }
  | { readonly reason: 'temporal_away' };

/** What became of its schedule while a run waited for the task before it. */
export type SkipReason = 'stopped' | 'changed';

export interface ScheduleRunRow {
  readonly runId: number;
  readonly scheduledTime: Date;
  readonly outcome: RunResult;
  readonly runTime: Date;
  readonly taskId: number | null;
  /** Null: it has none, or it was deleted. */
  readonly taskState: TaskState | null;
  readonly objectsFailed: number | null;
  readonly taskCreateTime: Date | null;
  readonly taskEndTime: Date | null;
  readonly blockingTaskId: number | null;
  readonly blockingTime: Date | null;
  readonly failure: object | null;
  readonly reason: Absence['reason'] | SkipReason | null;
  readonly awayFrom: Date | null;
  readonly awayUntil: Date | null;
  readonly login: string | null;
}

export type ScheduleRunQueries = ReturnType<typeof createScheduleRunQueries>;

const keptRuns = 1_000;

export function createScheduleRunQueries(db: Sql) {
  return {
    /** Newest first. */
    page: (scheduleId: number, paging: Paging): Promise<ScheduleRunRow[]> =>
      db.query<ScheduleRunRow>(
        `select run_id "runId", r.scheduled_time "scheduledTime", outcome, run_time "runTime", r.task_id "taskId",
           t.state "taskState", t.objects_failed "objectsFailed", t.create_time "taskCreateTime",
           t.end_time "taskEndTime", blocking_task_id "blockingTaskId", blocking_time "blockingTime", r.failure, reason,
           away_from "awayFrom", away_until "awayUntil", login
         from schedule_runs r left join tasks t on t.task_id = r.task_id
         where r.schedule_id = $1 order by r.scheduled_time desc, run_id desc limit $2 offset $3`,
        [scheduleId, paging.pageSize, offsetOf(paging)],
      ),

    count: async (scheduleId: number): Promise<number> => {
      const [row] = await db.query<{ count: number }>(
        'select count(*) from schedule_runs where schedule_id = $1',
        [scheduleId],
      );
      return row?.count ?? 0;
    },
  };
}

/** Writes it into the history, of which the oldest go. A time has one line, which says what it came to in the end. */
export async function noteRun(tx: Sql, run: NotedRun): Promise<void> {
  const { absence } = run;
  const away = absence?.reason === 'workers_away' ? absence : null;
  await tx.query(
    `insert into schedule_runs as r (schedule_id, scheduled_time, outcome, task_id, blocking_task_id, blocking_time,
       failure, reason, away_from, away_until, login)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (schedule_id, scheduled_time) where login is null do update set
       outcome = excluded.outcome, run_time = now(), task_id = excluded.task_id, failure = excluded.failure,
       reason = excluded.reason, away_from = excluded.away_from, away_until = excluded.away_until,
       blocking_task_id = case when r.outcome = 'waiting' or r.reason in ('stopped', 'changed') then r.blocking_task_id else excluded.blocking_task_id end,
       blocking_time = excluded.blocking_time
     where (r.outcome, r.task_id, r.failure) is distinct from (excluded.outcome, excluded.task_id, excluded.failure)`,
    [
      ...[run.scheduleId, run.scheduledTime, run.outcome, run.taskId ?? null],
      ...[run.blockingTaskId ?? null, run.blockingTime ?? null],
      run.failure === undefined ? null : JSON.stringify(run.failure),
      ...[
        absence?.reason ?? run.skipReason ?? null,
        away?.from ?? null,
        away?.until ?? null,
        run.login ?? null,
      ],
    ],
  );
  await tx.query(
    `delete from schedule_runs where run_id in (
       select run_id from schedule_runs where schedule_id = $1
       order by scheduled_time desc, run_id desc offset ${keptRuns}
     )`,
    [run.scheduleId],
  );
}

/** Where several look after the same schedule, only the latest time stays the last run: one that comes late hides no later one. */
export async function noteTime(tx: Sql, run: NotedRun): Promise<void> {
  await noteRun(tx, run);
  const { scheduledTime, outcome, taskId, failure } = run;
  const shown = {
    ...{ scheduled_time: scheduledTime, outcome },
    ...{ task_id: taskId ?? null, failure: failure ?? null },
  };
  await tx.query(
    `update schedules set last_run = $2 where schedule_id = $1
       and (last_run is null or (last_run ->> 'scheduled_time')::timestamptz <= $3)`,
    [run.scheduleId, JSON.stringify(shown), scheduledTime],
  );
}

/** Runs that wait for the task before them are skipped. One that finds its schedule as it was by then waits on. */
export async function skipWaiting(tx: Sql, scheduleId: number, skipReason: SkipReason): Promise<void> {
  const waiting = await tx.query<{ time: Date }>(
    `select scheduled_time "time" from schedule_runs where schedule_id = $1 and outcome = 'waiting'`,
    [scheduleId],
  );
  for (const { time } of waiting) {
    await noteTime(tx, {
      ...{ scheduleId, scheduledTime: time.toISOString() },
      ...{ outcome: 'skipped', skipReason },
    });
  }
}

/** The id of a task of the schedule that has not ended; null: there is none. */
export async function findOpenTask(tx: Sql, scheduleId: number): Promise<number | null> {
  const [row] = await tx.query<{ taskId: number }>(
    `select task_id "taskId" from tasks
     where schedule_id = $1 and ${isOpenTask()} order by task_id desc limit 1`,
    [scheduleId],
  );
  return row?.taskId ?? null;
}

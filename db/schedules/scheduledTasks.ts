import { DomainError } from '../../domain/errors.ts';
import type { ScheduledRun, ScheduleSpec } from '../../domain/schedules/schedule.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { GcContent } from '../../domain/gc/gcContent.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { isRun } from '../../platform/cron.ts';
import { createTask } from '../tasks/createTask.ts';
import { timeOf } from '../sql/databaseClock.ts';
import { toStoredFailure } from '../engine/faults.ts';

/**
 * `started`: this time has its task, made now or before; `skipped`: a task of the schedule has not ended; `waits`: the
 * same, and this time is to wait for its end; `void`: the schedule is stopped, removed, or has other times by now.
 */
export type RunOutcome =
  { readonly kind: 'started'; readonly ref: TaskRef } | { readonly kind: 'skipped' | 'waits' | 'void' };

type Freeze = (order: Pick<ScheduleSpec, 'taskType' | 'content'>, now: Date) => GcContent | ExtractContent;

/** Told in the transaction that makes the task. */
type PrepareFreeze = (tx: Sql) => Promise<Freeze>;

interface Row extends ScheduleSpec {
  readonly createdBy: string | null;
  readonly createdByLogin: string;
}

export type ScheduledTasks = ReturnType<typeof createScheduledTasks>;

/** Makes the tasks of schedules. Whether one is still under way is read from the tasks' own rows. */
export function createScheduledTasks(db: Database, prepare: PrepareFreeze) {
  return {
    /**
     * At most one task for each time of a schedule, however often it is called.
     * @throws DomainError when what was valid when the schedule was made is no longer
     */
    start: async (run: ScheduledRun): Promise<RunOutcome> => {
      try {
        return await db.transaction((tx) => start(tx, run, prepare));
      } catch (error) {
        if (error instanceof DomainError) {
          await note(db, run, { outcome: 'failed', task_id: null, failure: toStoredFailure(error) });
        }
        throw error;
      }
    },
  };
}

async function start(tx: Sql, run: ScheduledRun, prepare: PrepareFreeze): Promise<RunOutcome> {
  // The lock keeps two times of the schedule from seeing each other's task not yet there.
  const [schedule] = await tx.query<Row>(
    `select task_type as "taskType", content, description, notification_policy as "notificationPolicy",
       objects_per_second as "objectsPerSecond", error_budget as "errorBudget",
       overlap_policy as "overlapPolicy", created_by as "createdBy", created_by_login as "createdByLogin"
     from schedules where schedule_id = $1 and active and not removed and cron = $2 and time_zone = $3
     for update`,
    [run.scheduleId, run.cron, run.timeZone],
  );
  const earlier = await findTask(tx, run);
  if (earlier !== null) return { kind: 'started', ref: earlier };
  if (schedule === undefined) return { kind: 'void' };
  if (schedule.overlapPolicy !== 'allow_all' && (await hasOpenTask(tx, run.scheduleId))) {
    const waits = schedule.overlapPolicy === 'buffer_one';
    await note(tx, run, { outcome: waits ? 'waiting' : 'skipped', task_id: null, failure: null });
    return { kind: waits ? 'waits' : 'skipped' };
  }
  const { taskType, description, objectsPerSecond, errorBudget, notificationPolicy } = schedule;
  const freeze = await prepare(tx);
  const ref = await createTask(
    tx,
    {
      ...{ taskType, description, content: (now) => freeze(schedule, now) },
      schedule: { ...run, isOutside: await isOutside(tx, run) },
      ...(objectsPerSecond === null ? {} : { objectsPerSecond }),
      ...(errorBudget === null ? {} : { errorBudget }),
      ...(notificationPolicy === null ? {} : { notificationPolicy }),
    },
    {
      accountId: schedule.createdBy,
      login: schedule.createdByLogin,
      requestId: null,
      remoteAddress: null,
    },
  );
  await note(tx, run, { outcome: 'started', task_id: ref.taskId, failure: null });
  return { kind: 'started', ref };
}

/**
 * Who speaks to Temporal directly may trigger a schedule at any moment, or start its run with a time that is still to
 * come. Clocks of Temporal and the database may differ by some seconds, and times lie a minute apart.
 */
async function isOutside(tx: Sql, { cron, timeZone, scheduledTime }: ScheduledRun): Promise<boolean> {
  const time = new Date(scheduledTime);
  const now = await timeOf(tx);
  return time.getTime() > now.getTime() + 60_000 || !isRun(cron, timeZone, time);
}

async function findTask(tx: Sql, { scheduleId, scheduledTime }: ScheduledRun): Promise<TaskRef | null> {
  const [row] = await tx.query<TaskRef>(
    'select task_id as "taskId", generation from tasks where schedule_id = $1 and scheduled_time = $2',
    [scheduleId, scheduledTime],
  );
  return row ?? null;
}

async function hasOpenTask(tx: Sql, scheduleId: number): Promise<boolean> {
  const rows = await tx.query(
    `select 1 as one from tasks
     where schedule_id = $1 and state not in ('cancelled', 'failed', 'done') limit 1`,
    [scheduleId],
  );
  return rows.length > 0;
}

/** What became of the schedule's latest time, for people to see: one that comes late hides no later one. */
async function note(
  tx: Sql,
  { scheduleId, scheduledTime }: ScheduledRun,
  run: { readonly outcome: string; readonly task_id: number | null; readonly failure: object | null },
): Promise<void> {
  await tx.query(
    `update schedules set last_run = $2 where schedule_id = $1
       and (last_run is null or (last_run ->> 'scheduled_time')::timestamptz <= $3)`,
    [scheduleId, JSON.stringify({ scheduled_time: scheduledTime, ...run }), scheduledTime],
  );
}

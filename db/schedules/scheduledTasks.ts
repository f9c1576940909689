import { DomainError } from '../../domain/errors.ts';
import type { ScheduledRun, ScheduleSpec } from '../../domain/schedules/schedule.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { GcContent } from '../../domain/gc/gcContent.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { isRun } from '../../platform/cron.ts';
import type { ApprovalRule } from '../../domain/approvals/approval.ts';
import { createTask, type NewTask } from '../tasks/createTask.ts';
import { timeOf } from '../sql/databaseClock.ts';
import { toStoredFailure } from '../engine/faults.ts';
import { catchUpWindowMs } from '../../domain/schedules/catchUp.ts';
import { findOpenTask, noteTime } from './scheduleRuns.ts';
import { findAbsence } from './scheduleWatches.ts';

/**
 * `started`: this time has its task, made now or before; `skipped`: a task of the schedule has not ended; `waits`: the
 * same, and this time is to wait for its end; `missed`: its worker came to it after the catch-up window; `void`: the
 * schedule is stopped, removed, or has other times by now.
 */
export type RunOutcome =
  | { readonly kind: 'started'; readonly ref: TaskRef }
  | { readonly kind: 'skipped' | 'waits' | 'missed' | 'void' };

export type Freeze = (
  order: Pick<ScheduleSpec, 'taskType' | 'content'>,
  now: Date,
) => GcContent | ExtractContent;

/** Told in the transaction that makes the task. */
type PrepareFreeze = (tx: Sql) => Promise<Freeze>;

export const taskColumns = `task_type as "taskType", content, description, notification_policy as "notificationPolicy",
  objects_per_second as "objectsPerSecond", error_budget as "errorBudget"`;

/** What a schedule says of each of its tasks. */
export type TaskOfSchedule = Pick<
  ScheduleSpec,
  'taskType' | 'content' | 'description' | 'notificationPolicy' | 'objectsPerSecond' | 'errorBudget'
>;

interface Row extends ScheduleSpec {
  readonly createdBy: string | null;
  readonly createdByLogin: string;
  readonly isApproved: boolean;
  readonly changedBy: string | null;
  readonly changedByLogin: string;
}

/** In SQL, of `schedules`: it needs no approval, or has it. */
export const isApproved = `(approval is null or approval = 'approved')`;

/** Whether its removals were approved as a rule, and whose order they are. */
const approvalColumns = `approval is not null as "isApproved", case when changed_by_login is null then created_by else changed_by end
  as "changedBy", coalesce(changed_by_login, created_by_login) as "changedByLogin"`;

export type ScheduledTasks = ReturnType<typeof createScheduledTasks>;

/** Makes the tasks of schedules. Whether one is still under way is read from the tasks' own rows. */
export function createScheduledTasks(db: Database, prepare: PrepareFreeze, rule: ApprovalRule | null) {
  return {
    /**
     * At most one task for each time of a schedule, however often it is called.
     * @throws DomainError when what was valid when the schedule was made is no longer
     */
    start: async (run: ScheduledRun): Promise<RunOutcome> => {
      try {
        return await db.transaction((tx) => start(tx, run, prepare, rule));
      } catch (error) {
        if (error instanceof DomainError) {
          await noteTime(db, { ...run, outcome: 'failed', failure: toStoredFailure(error) });
        }
        throw error;
      }
    },
  };
}

async function start(
  tx: Sql,
  run: ScheduledRun,
  prepare: PrepareFreeze,
  rule: ApprovalRule | null,
): Promise<RunOutcome> {
  // The lock keeps two times of the schedule from seeing each other's task not yet there.
  const [schedule] = await tx.query<Row>(
    `select ${taskColumns}, overlap_policy as "overlapPolicy", catch_up_window as "catchUpWindow",
       created_by as "createdBy", created_by_login as "createdByLogin", ${approvalColumns}
     from schedules where schedule_id = $1 and active and ${isApproved} and not removed and cron = $2 and time_zone = $3
     for update`,
    [run.scheduleId, run.cron, run.timeZone],
  );
  const earlier = await findTask(tx, run);
  if (earlier !== null) return { kind: 'started', ref: earlier };
  if (schedule === undefined) return { kind: 'void' };
  if (await isTooLate(tx, run, catchUpWindowMs(schedule.catchUpWindow))) {
    const absence = await findAbsence(tx, run.scheduledTime);
    await noteTime(tx, { ...run, outcome: 'missed', ...(absence === undefined ? {} : { absence }) });
    return { kind: 'missed' };
  }
  const blockingTaskId =
    schedule.overlapPolicy === 'allow_all' ? null : await findOpenTask(tx, run.scheduleId);
  if (blockingTaskId !== null) {
    const waits = schedule.overlapPolicy === 'buffer_one';
    await noteTime(tx, { ...run, outcome: waits ? 'waiting' : 'skipped', blockingTaskId });
    return { kind: waits ? 'waits' : 'skipped' };
  }
  const ref = await createTask(
    tx,
    {
      ...taskOf(schedule, await prepare(tx)),
      schedule: {
        ...run,
        isOutside: await isOutside(tx, run),
        isApproved: schedule.isApproved,
        orderedBy: { accountId: schedule.changedBy, login: schedule.changedByLogin },
      },
    },
    {
      accountId: schedule.createdBy,
      login: schedule.createdByLogin,
      requestId: null,
      remoteAddress: null,
    },
    rule,
  );
  await noteTime(tx, { ...run, outcome: 'started', taskId: ref.taskId });
  return { kind: 'started', ref };
}

/** A task as its schedule says, its times frozen when its row is written. */
export function taskOf(schedule: TaskOfSchedule, freeze: Freeze): NewTask {
  const { taskType, description, objectsPerSecond, errorBudget, notificationPolicy } = schedule;
  return {
    ...{ taskType, description, content: (now) => freeze(schedule, now) },
    ...(objectsPerSecond === null ? {} : { objectsPerSecond }),
    ...(errorBudget === null ? {} : { errorBudget }),
    ...(notificationPolicy === null ? {} : { notificationPolicy }),
  };
}

/**
 * Temporal starts no run after the catch-up window; this is of one that no worker took up in time. A run that has
 * waited for a task is late rightly.
 */
async function isTooLate(tx: Sql, run: ScheduledRun, windowMs: number): Promise<boolean> {
  const { scheduleId, scheduledTime, startedTime } = run;
  if (startedTime === undefined) return false;
  const latest = Math.max(Date.parse(scheduledTime), Date.parse(startedTime)) + windowMs;
  if ((await timeOf(tx)).getTime() <= latest) return false;
  const known = await tx.query(
    `select from schedule_runs where schedule_id = $1 and scheduled_time = $2 and login is null and outcome <> 'missed'`,
    [scheduleId, scheduledTime],
  );
  return known.length === 0;
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

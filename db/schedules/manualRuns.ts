import { DomainError } from '../../domain/errors.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database } from '../sql/connection.ts';
import { timeOf } from '../sql/databaseClock.ts';
import type { ApprovalRule } from '../../domain/approvals/approval.ts';
import { createTask } from '../tasks/createTask.ts';
import { taskColumns, taskOf, type Freeze, type TaskOfSchedule } from './scheduledTasks.ts';
import { findOpenTask, noteRun } from './scheduleRuns.ts';

export interface ManualRun {
  readonly scheduleId: number;
  readonly freeze: Freeze;
  /** Also beside a task of the schedule that has not ended, whatever its overlap policy says. */
  readonly evenIfActive: boolean;
  /** The task is about what was there at this time. */
  readonly asOf?: Date | undefined;
}

/** Runs of schedules that an admin asks for, stopped ones too. */
export function createManualRuns(db: Database, rule: ApprovalRule | null) {
  return {
    /**
     * Makes the schedule's task at once, in the name of who asks.
     * @throws DomainError scheduleNotFound | previousRunActive | versionInUse, and what freezing its content throws
     */
    run: ({ scheduleId, freeze, evenIfActive, asOf }: ManualRun, actor: Actor): Promise<TaskRef> =>
      db.transaction(async (tx) => {
        // The lock keeps a time of the schedule from making a task beside this one.
        const [schedule] = await tx.query<TaskOfSchedule & { allowsBoth: boolean; isApproved: boolean }>(
          `select ${taskColumns}, overlap_policy = 'allow_all' as "allowsBoth", approval is not distinct from 'approved' as "isApproved"
           from schedules where schedule_id = $1 and not removed for update`,
          [scheduleId],
        );
        if (schedule === undefined) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
        const active = evenIfActive || schedule.allowsBoth ? null : await findOpenTask(tx, scheduleId);
        if (active !== null) {
          throw new DomainError(
            'previousRunActive',
            `task ${active} of schedule ${scheduleId} has not ended; even_if_active: true runs it anyway`,
          );
        }
        const order = {
          ...taskOf(schedule, freeze),
          schedule: { scheduleId, isApproved: schedule.isApproved },
        };
        const { taskId, generation } = await createTask(tx, asOf ? { ...order, asOf } : order, actor, rule);
        const scheduledTime = (await timeOf(tx)).toISOString();
        await noteRun(tx, { scheduleId, scheduledTime, outcome: 'started', taskId, login: actor.login });
        await recordAudit(tx, {
          ...{ actor, action: 'schedule.run', objectType: 'schedule', objectId: scheduleId },
          after: { task_id: taskId },
        });
        return { taskId, generation };
      }),
  };
}

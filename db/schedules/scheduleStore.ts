import { fn } from 'sequelize';
import { DomainError } from '../../domain/errors.ts';
import type { ScheduleSpec } from '../../domain/schedules/schedule.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Records, RecordsTransaction } from '../sql/records.ts';
import { skipWaiting } from './scheduleRuns.ts';
import { defineScheduleModel, type ScheduleModel } from './scheduleModel.ts';

/** The revisions of which a row must have one to be changed; undefined: whatever it is. */
type Seen = readonly number[] | undefined;

type Change = Partial<ScheduleSpec> & { readonly active?: boolean; readonly removed?: boolean };

export type ScheduleStore = ReturnType<typeof createScheduleStore>;

/**
 * What admins do to schedules. Each change raises the row's revision, by which the reconciler sees that Temporal's
 * schedule has to follow.
 */
export function createScheduleStore(records: Records) {
  const Schedules = defineScheduleModel(records.sequelize);

  const lock = async (
    { transaction }: RecordsTransaction,
    scheduleId: number,
    seen: Seen,
  ): Promise<ScheduleModel> => {
    const row = await Schedules.findOne({ where: { scheduleId, removed: false }, lock: true, transaction });
    if (row === null) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
    if (seen?.includes(row.revision) === false) {
      throw new DomainError('scheduleChanged', `schedule ${scheduleId} is at revision ${row.revision}`);
    }
    return row;
  };

  const change = async (
    { transaction }: RecordsTransaction,
    row: ScheduleModel,
    to: Change,
  ): Promise<void> => {
    await row.update({ ...to, revision: row.revision + 1, lastUpdateTime: fn('now') }, { transaction });
  };

  return {
    create: (order: ScheduleSpec, actor: Actor): Promise<number> =>
      records.transaction(async (tx) => {
        const { scheduleId } = await Schedules.create(
          { ...order, createdBy: actor.accountId, createdByLogin: actor.login },
          { transaction: tx.transaction },
        );
        await recordAudit(tx, { ...lineOf('create', scheduleId, actor), after: shown(order) });
        return scheduleId;
      }),

    /** @throws DomainError scheduleNotFound, scheduleChanged */
    replace: (scheduleId: number, order: ScheduleSpec, actor: Actor, seen?: Seen): Promise<void> =>
      records.transaction(async (tx) => {
        const row = await lock(tx, scheduleId, seen);
        const before = shown(row);
        const hasOtherTimes = row.cron !== order.cron || row.timeZone !== order.timeZone;
        await change(tx, row, order);
        if (hasOtherTimes) await skipWaiting(tx, scheduleId, 'changed');
        await recordAudit(tx, { ...lineOf('replace', scheduleId, actor), before, after: shown(order) });
      }),

    /** Stopped, it makes no tasks until it is started again. @throws DomainError as replace */
    setActive: (scheduleId: number, active: boolean, actor: Actor, seen?: Seen): Promise<void> =>
      records.transaction(async (tx) => {
        const row = await lock(tx, scheduleId, seen);
        if (row.active === active) return;
        await change(tx, row, { active });
        if (!active) await skipWaiting(tx, scheduleId, 'stopped');
        await recordAudit(tx, {
          ...lineOf(active ? 'start' : 'stop', scheduleId, actor),
          before: { active: !active },
          after: { active },
        });
      }),

    /** Its tasks stay. The row itself goes when Temporal's schedule is gone. @throws DomainError as replace */
    remove: (scheduleId: number, actor: Actor, seen?: Seen): Promise<void> =>
      records.transaction(async (tx) => {
        const row = await lock(tx, scheduleId, seen);
        await change(tx, row, { removed: true, active: false });
        await skipWaiting(tx, scheduleId, 'stopped');
        await recordAudit(tx, { ...lineOf('remove', scheduleId, actor), before: shown(row) });
      }),
  };
}

/** In the words of the contract, as everything in the audit is. */
function shown(order: ScheduleSpec): object {
  return {
    task_type: order.taskType,
    content: order.content,
    description: order.description,
    cron: order.cron,
    time_zone: order.timeZone,
    overlap_policy: order.overlapPolicy,
    catch_up_window: order.catchUpWindow,
    notification_policy: order.notificationPolicy,
    objects_per_second: order.objectsPerSecond,
    error_budget: order.errorBudget,
  };
}

function lineOf(action: string, scheduleId: number, actor: Actor) {
  return { actor, action: `schedule.${action}`, objectType: 'schedule', objectId: scheduleId } as const;
}

import { isDeepStrictEqual } from 'node:util';
import { fn } from 'sequelize';
import type { ApprovalRule } from '../../domain/approvals/approval.ts';
import { withdrawApproval } from '../approvals/approvalRows.ts';
import type { Judgement } from '../approvals/judgeApproval.ts';
import type { OrderedDecision } from '../approvals/decider.ts';
import { decideSchedule, judgeSchedule, orderScheduleApproval } from '../approvals/scheduleApprovals.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ScheduleSpec } from '../../domain/schedules/schedule.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Records, RecordsTransaction } from '../sql/records.ts';
import { skipWaiting } from './scheduleRuns.ts';
import { defineScheduleModel, type ScheduleModel } from './scheduleModel.ts';

/** The revisions of which a row must have one to be changed; undefined: whatever it is. */
type Seen = readonly number[] | undefined;

type Change = Partial<ScheduleSpec> & { readonly active?: boolean; readonly removed?: boolean } & Partial<
    ReturnType<typeof orderedAs>
  >;

export type ScheduleStore = ReturnType<typeof createScheduleStore>;

/**
 * What admins do to schedules. Each change raises the row's revision, by which the reconciler sees that Temporal's
 * schedule has to follow. By `rule`, a large removal waits for another administrator when it is made or changed.
 */
export function createScheduleStore(records: Records, rule: ApprovalRule | null) {
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
        const judged = await judgeSchedule(tx, order, rule);
        const { scheduleId } = await Schedules.create(
          { ...order, ...orderedAs(judged, actor), createdBy: actor.accountId, createdByLogin: actor.login },
          { transaction: tx.transaction },
        );
        await orderScheduleApproval(tx, scheduleId, judged, rule, actor);
        await recordAudit(tx, {
          ...lineOf('create', scheduleId, actor),
          after: { ...shown(order), ...awaits(judged) },
        });
        return scheduleId;
      }),

    /** @throws DomainError scheduleNotFound, scheduleChanged */
    replace: (scheduleId: number, order: ScheduleSpec, actor: Actor, seen?: Seen): Promise<void> =>
      records.transaction(async (tx) => {
        const row = await lock(tx, scheduleId, seen);
        const before = shown(row);
        const hasOtherTimes = row.cron !== order.cron || row.timeZone !== order.timeZone;
        // What is removed, and when, is as it was approved.
        const isSame = row.approval !== 'refused' && removes(row, order);
        const judged = isSame ? null : await judgeSchedule(tx, order, rule);
        await change(tx, row, { ...order, ...(judged === null ? {} : orderedAs(judged, actor)) });
        if (judged !== null) await orderScheduleApproval(tx, scheduleId, judged, rule, actor);
        const waits = judged !== null && judged.cause !== null;
        if (hasOtherTimes || waits) await skipWaiting(tx, scheduleId, 'changed');
        await recordAudit(tx, {
          ...lineOf('replace', scheduleId, actor),
          before,
          after: { ...shown(order), ...(judged === null ? {} : awaits(judged)) },
        });
      }),

    /** Stopped, it makes no tasks until it is started again. @throws DomainError as replace */
    setActive: (scheduleId: number, active: boolean, actor: Actor, seen?: Seen): Promise<void> =>
      records.transaction(async (tx) => {
        const row = await lock(tx, scheduleId, seen);
        if (row.active === active) return;
        const judged = active && row.approval === 'refused' ? await judgeSchedule(tx, row, rule) : null;
        await change(tx, row, { active, ...(judged === null ? {} : orderedAs(judged, actor)) });
        if (judged !== null) await orderScheduleApproval(tx, scheduleId, judged, rule, actor);
        if (!active) await skipWaiting(tx, scheduleId, 'stopped');
        await recordAudit(tx, {
          ...lineOf(active ? 'start' : 'stop', scheduleId, actor),
          before: { active: !active },
          after: { active, ...(judged === null ? {} : awaits(judged)) },
        });
      }),

    /** Lets one that waits for another administrator make its tasks, or stops it. @throws as decideSchedule */
    decide: (
      scheduleId: number,
      decision: Omit<OrderedDecision, 'count'>,
      actor: Actor,
      seen?: Seen,
    ): Promise<void> => records.transaction((tx) => decideSchedule(tx, scheduleId, decision, actor, seen)),

    /** Its tasks stay. The row itself goes when Temporal's schedule is gone. @throws DomainError as replace */
    remove: (scheduleId: number, actor: Actor, seen?: Seen): Promise<void> =>
      records.transaction(async (tx) => {
        const row = await lock(tx, scheduleId, seen);
        await withdrawApproval(tx, { scheduleId }, actor);
        await change(tx, row, { removed: true, active: false });
        await skipWaiting(tx, scheduleId, 'stopped');
        await recordAudit(tx, { ...lineOf('remove', scheduleId, actor), before: shown(row) });
      }),
  };
}

function removes(row: ScheduleModel, order: ScheduleSpec): boolean {
  const what = ({ taskType, content, cron, timeZone }: ScheduleSpec) => [taskType, content, cron, timeZone];
  return isDeepStrictEqual(what(row), what(order));
}

const orderedAs = ({ cause }: Judgement, { accountId, login }: Actor) =>
  ({ approval: cause === null ? null : 'waiting', changedBy: accountId, changedByLogin: login }) as const;

const awaits = (judged: Judgement): object =>
  judged.cause === null ? {} : { awaits_approval: judged.cause, count: judged.look.count };

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

function lineOf(
  action: 'create' | 'replace' | 'start' | 'stop' | 'remove',
  scheduleId: number,
  actor: Actor,
) {
  return { actor, action: `schedule.${action}`, objectType: 'schedule', objectId: scheduleId } as const;
}

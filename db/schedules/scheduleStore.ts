import { DomainError } from '../../domain/errors.ts';
import type { ScheduleSpec } from '../../domain/schedules/schedule.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';

/** The revisions of which a row must have one to be changed; undefined: whatever it is. */
type Seen = readonly number[] | undefined;

export type ScheduleStore = ReturnType<typeof createScheduleStore>;

/**
 * What admins do to schedules. Each change raises the row's revision, by which the reconciler sees that Temporal's
 * schedule has to follow.
 */
export function createScheduleStore(db: Database) {
  return {
    create: (order: ScheduleSpec, actor: Actor): Promise<number> =>
      db.transaction(async (tx) => {
        const [row] = await tx.query<{ schedule_id: number }>(
          `insert into schedules (task_type, content, description, cron, time_zone, overlap_policy,
             notification_policy, objects_per_second, error_budget, created_by, created_by_login)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning schedule_id`,
          [...valuesOf(order), actor.accountId, actor.login],
        );
        if (row === undefined) throw new Error('insert into schedules returned no row');
        await recordAudit(tx, { ...lineOf('create', row.schedule_id, actor), after: shown(order) });
        return row.schedule_id;
      }),

    /** @throws DomainError scheduleNotFound, scheduleChanged */
    replace: (scheduleId: number, order: ScheduleSpec, actor: Actor, seen?: Seen): Promise<void> =>
      db.transaction(async (tx) => {
        const before = await lock(tx, scheduleId, seen);
        await tx.query(
          `update schedules set task_type = $1, content = $2, description = $3, cron = $4, time_zone = $5,
             overlap_policy = $6, notification_policy = $7, objects_per_second = $8, error_budget = $9,
             ${changed} where schedule_id = $10`,
          [...valuesOf(order), scheduleId],
        );
        await recordAudit(tx, {
          ...lineOf('replace', scheduleId, actor),
          before: shown(before),
          after: shown(order),
        });
      }),

    /** Stopped, it makes no tasks until it is started again. @throws DomainError as replace */
    setActive: (scheduleId: number, active: boolean, actor: Actor, seen?: Seen): Promise<void> =>
      db.transaction(async (tx) => {
        const before = await lock(tx, scheduleId, seen);
        if (before.active === active) return;
        await tx.query(`update schedules set active = $2, ${changed} where schedule_id = $1`, [
          scheduleId,
          active,
        ]);
        await recordAudit(tx, {
          ...lineOf(active ? 'start' : 'stop', scheduleId, actor),
          before: { active: before.active },
          after: { active },
        });
      }),

    /** Its tasks stay. The row itself goes when Temporal's schedule is gone. @throws DomainError as replace */
    remove: (scheduleId: number, actor: Actor, seen?: Seen): Promise<void> =>
      db.transaction(async (tx) => {
        const before = await lock(tx, scheduleId, seen);
        await tx.query(
          `update schedules set removed = true, active = false, ${changed} where schedule_id = $1`,
          [scheduleId],
        );
        await recordAudit(tx, { ...lineOf('remove', scheduleId, actor), before: shown(before) });
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
    notification_policy: order.notificationPolicy,
    objects_per_second: order.objectsPerSecond,
    error_budget: order.errorBudget,
  };
}

const changed = 'revision = revision + 1, last_update_time = now()';

function valuesOf(order: ScheduleSpec): unknown[] {
  const { notificationPolicy: policy } = order;
  return [
    order.taskType,
    JSON.stringify(order.content),
    order.description,
    order.cron,
    order.timeZone,
    order.overlapPolicy,
    policy === null ? null : JSON.stringify(policy),
    order.objectsPerSecond,
    order.errorBudget,
  ];
}

function lineOf(action: string, scheduleId: number, actor: Actor) {
  return { actor, action: `schedule.${action}`, objectType: 'schedule', objectId: scheduleId } as const;
}

async function lock(
  tx: Sql,
  scheduleId: number,
  seen: Seen,
): Promise<ScheduleSpec & { readonly active: boolean }> {
  const [row] = await tx.query<ScheduleSpec & { active: boolean; revision: number }>(
    `select task_type as "taskType", content, description, cron, time_zone as "timeZone",
       overlap_policy as "overlapPolicy", notification_policy as "notificationPolicy",
       objects_per_second as "objectsPerSecond", error_budget as "errorBudget", active, revision
     from schedules where schedule_id = $1 and not removed for update`,
    [scheduleId],
  );
  if (row === undefined) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
  if (seen?.includes(row.revision) === false) {
    throw new DomainError('scheduleChanged', `schedule ${scheduleId} is at revision ${row.revision}`);
  }
  return row;
}

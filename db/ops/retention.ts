import type { Database, Reader } from '../sql/connection.ts';
import { sweepResults, sweepTasks, type SweptBatch } from './taskRetention.ts';

export interface RetentionDays {
  /** undefined: entries of the audit are kept. */
  readonly auditRetentionDays?: number | undefined;
  readonly errorRetentionDays: number;
  /** undefined: the ids of results are kept as long as their tasks. */
  readonly resultRetentionDays?: number | undefined;
  /** undefined: tasks are kept until somebody deletes them. */
  readonly taskRetentionDays?: number | undefined;
}

export const retentionKinds = [
  'audit',
  'errors',
  'results',
  'tasks',
  'sessions',
  'login_limits',
  'audit_views',
] as const;
export type RetentionKind = (typeof retentionKinds)[number];

export interface RetentionRun {
  readonly kind: RetentionKind;
  /** null: nobody has looked yet. */
  readonly runTime: Date | null;
  readonly removed: number;
  readonly removedEver: number;
}

const atOnce = 5_000;
// What is left after so many is removed by the next run.
const batchesAtMost = 200;

/** Removes what is too old, a few thousand rows in a transaction, and notes it. */
export function createRetention(db: Database, days: RetentionDays) {
  const { auditRetentionDays, errorRetentionDays, resultRetentionDays, taskRetentionDays } = days;
  const deleteWhere = async (table: string, key: string, where: string, binds: readonly unknown[] = []) =>
    swept(
      await db.execute(
        `delete from ${table} where ${key} in (select ${key} from ${table} where ${where} limit ${atOnce})`,
        binds,
      ),
    );

  const batches: Readonly<Record<RetentionKind, () => Promise<SweptBatch>>> = {
    audit: async () => {
      if (auditRetentionDays === undefined) return nothing;
      const [row] = await db.query<{ removed: number }>('select expire_audit($1) removed', [
        auditRetentionDays,
      ]);
      return swept(row?.removed ?? 0);
    },
    // A retry needs those that no other one has overcome, and a task's books count them.
    errors: () =>
      deleteWhere(
        'task_errors',
        'error_id',
        `overcome_time < now() - make_interval(days => $1) and task_id in (
           select task_id from tasks where state in ('cancelled', 'failed', 'done'))`,
        [errorRetentionDays],
      ),
    results: async () =>
      resultRetentionDays === undefined ? nothing : sweepResults(db, resultRetentionDays),
    tasks: async () => (taskRetentionDays === undefined ? nothing : sweepTasks(db, taskRetentionDays)),
    sessions: () => deleteWhere('sessions', 'sid', 'expire < now()'),
    login_limits: () => deleteWhere('login_limits', 'key', 'expire < extract(epoch from now()) * 1000'),
    audit_views: async () =>
      swept(await db.execute("delete from audit_views where hour < now() - interval '1 day'")),
  };

  return {
    sweep: async (): Promise<void> => {
      for (const kind of retentionKinds) {
        let removed = 0;
        for (let batch = 0; batch < batchesAtMost; batch++) {
          const done = await batches[kind]();
          removed += done.removed;
          if (!done.more) break;
        }
        await db.query(
          `insert into retention_runs as r (kind, run_time, removed, removed_ever) values ($1, now(), $2, $2)
           on conflict (kind) do update set run_time = now(), removed = $2, removed_ever = r.removed_ever + $2`,
          [kind, removed],
        );
      }
    },
  };
}

const nothing: SweptBatch = { removed: 0, more: false };
const swept = (removed: number): SweptBatch => ({ removed, more: removed >= atOnce });

export type RetentionQueries = ReturnType<typeof createRetentionQueries>;

export function createRetentionQueries(db: Reader) {
  return {
    /** The last of each kind, in their order. */
    runs: (): Promise<RetentionRun[]> =>
      db.query<RetentionRun>(
        `select kind, run_time "runTime", coalesce(removed, 0) removed, coalesce(removed_ever, 0) "removedEver"
         from unnest($1::text[]) with ordinality kinds (kind, place) left join retention_runs using (kind) order by place`,
        [retentionKinds],
      ),
  };
}

import type { UpgradePlace } from '../../domain/upgrades/actions.ts';
import type { UpgradeRef, UpgradeStep } from '../../domain/upgrades/upgrade.ts';
import type { Database } from '../sql/connection.ts';
import { offsetOf, type Paging } from '../sql/paging.ts';
import { isRemoved } from './upgradePlace.ts';
import { isOpenUpgrade, stepColumns, upgradeColumns, type StepRow, type UpgradeRow } from './upgradeRow.ts';

/** With its newest step, of which the report is skipped: it is long. */
export interface ListedUpgrade extends UpgradeRow, Pick<UpgradePlace, 'isRemoved'> {
  readonly newest: Omit<StepRow, 'report'>;
  /** Until when what it has removed can be put back; null: nothing can. */
  readonly undoUntil: Date | null;
  /** Of the newest extract or removal; of an upgrade that has none yet, none. */
  readonly taskIds: readonly number[];
  readonly countedStep: UpgradeStep | null;
}

export interface ShownUpgrade extends ListedUpgrade {
  /** From the first to the newest. */
  readonly steps: readonly (StepRow & { readonly taskIds: readonly number[] })[];
}

export type UpgradeQueries = ReturnType<typeof createUpgradeQueries>;

const tasksOf = (stepNo: string) =>
  // The driver reads arrays of bigint as text.
  `coalesce((select array_agg(task_id::float8 order by task_id) from tasks t
     where t.upgrade_id = u.upgrade_id and t.upgrade_step = ${stepNo}), '{}')`;

/** Late objects are few beside all, and say nothing of how far it is. */
const newestCounted = `(select max(upgrade_step) from tasks t join upgrade_steps s on s.upgrade_id = t.upgrade_id
  and s.step_no = t.upgrade_step where t.upgrade_id = u.upgrade_id and s.step in ('extract', 'remove'))`;

const listed = `select ${upgradeColumns}, ${isRemoved('u.upgrade_id')} "isRemoved",
    (select min(t.end_time + w.kept_for) from tasks t join undo_windows w using (task_id)
     where t.upgrade_id = u.upgrade_id and w.ended is null and w.purge_task is null) "undoUntil",
    ${tasksOf(newestCounted)} "taskIds",
    (select step from upgrade_steps s where s.upgrade_id = u.upgrade_id and s.step_no = ${newestCounted}) "countedStep"
  from upgrades u`;

export function createUpgradeQueries(db: Database) {
  const list = async (rest: string, binds: readonly unknown[]): Promise<ListedUpgrade[]> => {
    const rows = await db.query<Omit<ListedUpgrade, 'newest'>>(`${listed} ${rest}`, binds);
    if (rows.length === 0) return [];
    const steps = await db.query<ListedUpgrade['newest'] & UpgradeRef>(
      `select distinct on (upgrade_id) upgrade_id "upgradeId", ${stepColumns} from upgrade_steps
       where upgrade_id = any($1::bigint[]) order by upgrade_id, step_no desc`,
      [rows.map(({ upgradeId }) => upgradeId)],
    );
    return rows.flatMap((row) => {
      const newest = steps.find(({ upgradeId }) => upgradeId === row.upgradeId);
      return newest === undefined ? [] : [{ ...row, newest }];
    });
  };
  return {
    /** Newest first. */
    page: (paging: Paging): Promise<ListedUpgrade[]> =>
      list('order by u.upgrade_id desc limit $1 offset $2', [paging.pageSize, offsetOf(paging)]),

    count: async (): Promise<number> => {
      const [row] = await db.query<{ count: number }>('select count(*) from upgrades');
      return row?.count ?? 0;
    },

    /** Those that are not over, and those that have come to their end since then. */
    ofLate: (since: Date): Promise<ListedUpgrade[]> =>
      list(`where ${isOpenUpgrade} or u.end_time >= $1 order by u.upgrade_id desc limit 5`, [since]),

    find: async (upgradeId: number): Promise<ShownUpgrade | null> => {
      const [upgrade] = await list('where u.upgrade_id = $1', [upgradeId]);
      if (upgrade === undefined) return null;
      const steps = await db.query<ShownUpgrade['steps'][number]>(
        `select ${stepColumns}, report, ${tasksOf('u.step_no')} "taskIds" from upgrade_steps u
         where upgrade_id = $1 order by step_no`,
        [upgradeId],
      );
      return { ...upgrade, steps };
    },
  };
}

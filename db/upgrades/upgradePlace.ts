import type { UpgradePlace } from '../../domain/upgrades/actions.ts';
import type { Sql } from '../sql/connection.ts';
import type { StepRow, UpgradeRow } from './upgradeRow.ts';

/** Where an upgrade stands, as far as what may be done to it depends on it. */
export async function placeOf(
  db: Sql,
  { upgradeId, state }: Pick<UpgradeRow, 'upgradeId' | 'state'>,
  step: Pick<StepRow, 'step' | 'state'>,
): Promise<UpgradePlace> {
  const [row] = await db.query<Pick<UpgradePlace, 'isRemoved'>>(`select ${isRemoved('$1')} "isRemoved"`, [
    upgradeId,
  ]);
  return { state, step: step.step, stepState: step.state, isRemoved: row?.isRemoved === true };
}

/** Whether descriptors of the old version may be gone for good. */
export const isRemoved = (upgradeId: string): string => `exists (
  select from tasks t join upgrade_steps s on s.upgrade_id = t.upgrade_id and s.step_no = t.upgrade_step
  where t.upgrade_id = ${upgradeId} and s.step = 'remove'
    and (t.state not in ('pending', 'cancelled') or t.objects_done > 0)
    and not exists (
      select from undo_windows w where w.task_id = t.task_id and w.purge_task is null
        and w.ended is distinct from 'purged' and (t.end_time is null or t.end_time + w.kept_for > now())
    )
)`;

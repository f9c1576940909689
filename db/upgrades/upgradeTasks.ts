import type { TaskState } from '../../domain/tasks/task.ts';
import { isFinal } from '../../domain/tasks/task.ts';
import type { ControlAction } from '../../domain/tasks/lifecycle.ts';
import { serviceActor } from '../audit/auditStore.ts';
import type { Sql } from '../sql/connection.ts';
import { controlTask } from '../tasks/taskStore.ts';

/** A task of an upgrade, as far as its steps depend on it. */
export interface UpgradeTask {
  readonly taskId: number;
  readonly stepNo: number;
  readonly state: TaskState;
  readonly expected: number;
  readonly done: number;
  readonly failed: number;
  readonly failure: { readonly desc?: string; readonly detail?: string } | null;
  /** What it removes or puts back; null: it extracts. */
  readonly target: string | null;
  /** Of one that puts back: the one that removed it. */
  readonly undoes: number | null;
}

/** Of one step, or of all. */
export function listUpgradeTasks(
  db: Sql,
  upgradeId: number,
  stepNo: number | null = null,
): Promise<UpgradeTask[]> {
  return db.query<UpgradeTask>(
    `select task_id "taskId", upgrade_step "stepNo", state, objects_expected expected, objects_done done,
       objects_failed failed, failure, content ->> 'target' target, (content ->> 'of')::bigint undoes
     from tasks where upgrade_id = $1 and upgrade_step = coalesce($2, upgrade_step) order by task_id`,
    [upgradeId, stepNo],
  );
}

/**
 * Has all open tasks of an upgrade pause, go on or end, but for those that put back what it has removed. Their workflows see it in the rows; the reconciler tells them.
 * @returns those that have not ended
 */
export async function controlUpgradeTasks(
  tx: Sql,
  upgradeId: number,
  action: ControlAction,
): Promise<UpgradeTask[]> {
  const open = (await listUpgradeTasks(tx, upgradeId)).filter(
    ({ state, target }) => !isFinal(state) && target !== 'undo',
  );
  for (const { taskId, state } of open) {
    // What is ending anyway, or waits for an approval, can neither be paused nor resumed.
    if (action !== 'cancel' && ['cancelling', 'collecting', 'awaiting_approval'].includes(state)) continue;
    await controlTask(tx, taskId, action, serviceActor(`upgrade ${upgradeId}`));
  }
  return open;
}

import { DomainError } from '../../domain/errors.ts';
import { isFinal } from '../../domain/tasks/task.ts';
import { reasonsOfTasks } from '../../domain/upgrades/rules.ts';
import { serviceActor } from '../audit/auditStore.ts';
import { createUndo } from '../tasks/createUndo.ts';
import { ordererOf, tasksBegun, type StepContext } from './stepContext.ts';
import { moveUpgrade } from './upgradeRow.ts';
import { controlUpgradeTasks, listUpgradeTasks, type UpgradeTask } from './upgradeTasks.ts';
import type { NextMove } from './upgradeRuns.ts';

const soon = { kind: 'wait', seconds: 1 } as const;
const later = { kind: 'wait', seconds: 15 } as const;

/**
 * Ends the upgrade's tasks, puts back what it has removed, and makes the version the default again that was it before.
 * What was extracted stays: it is in nobody's way.
 */
export async function rollBack(context: StepContext): Promise<NextMove> {
  const { tx, upgrade, step } = context;
  const { upgradeId } = upgrade;
  const open = await controlUpgradeTasks(tx, upgradeId, 'cancel');
  if (open.length > 0) return soon;
  const tasks = await listUpgradeTasks(tx, upgradeId);
  const undos = tasks.filter(({ target }) => target === 'undo');
  if (await putBack(context, tasks, undos)) return tasksBegun;
  if (undos.some(({ state }) => !isFinal(state))) return soon;
  // A retry of the task that could not put everything back lets it go on.
  const reasons = reasonsOfTasks(undos, { max_failed: 0 });
  await tx.query('update upgrade_steps set reasons = $3 where upgrade_id = $1 and step_no = $2', [
    ...[upgradeId, step.stepNo, reasons],
  ]);
  if (reasons.length > 0) return later;
  await switchBack(context);
  await moveUpgrade(tx, upgradeId, 'rolled_back');
  return { kind: 'over' };
}

/** Makes the tasks that put back what the removals took, each once. @returns whether any was made */
async function putBack(
  { tx, upgrade, step }: StepContext,
  tasks: readonly UpgradeTask[],
  undos: readonly UpgradeTask[],
): Promise<boolean> {
  const { upgradeId } = upgrade;
  let made = false;
  for (const { taskId } of tasks.filter(isRemoval)) {
    if (undos.some(({ undoes }) => undoes === taskId)) continue;
    try {
      await createUndo(tx, taskId, undefined, ordererOf(upgrade), { upgradeId, stepNo: step.stepNo });
      made = true;
    } catch (error) {
      // It had removed nothing when it was cancelled, or somebody has put it back by hand.
      if (!(error instanceof DomainError) || error.error !== 'cannotUndo') throw error;
    }
  }
  return made;
}

const isRemoval = ({ target }: UpgradeTask): boolean =>
  target === 'face_descriptors' || target === 'event_descriptors';

async function switchBack({ tx, upgrade, deps }: StepContext): Promise<void> {
  const { upgradeId, kind, toVersion } = upgrade;
  const [row] = await tx.query<{ from: number }>(
    `select (report ->> 'switchedFrom')::int "from" from upgrade_steps
     where upgrade_id = $1 and report ? 'switchedFrom' order by step_no limit 1`,
    [upgradeId],
  );
  const defaults = await deps.defaultVersions.read(tx);
  if (row === undefined || defaults[kind] !== toVersion) return;
  await deps.defaultVersions.switchTo(tx, kind, row.from, serviceActor(`upgrade ${upgradeId}`));
}

import type { ListedUpgrade, ShownUpgrade } from '../../db/upgrades/upgradeQueries.ts';
import { actionsAt } from '../../domain/upgrades/actions.ts';
import { toSnakeCase } from '../http/snakeCase.ts';
import type { TaskJson } from '../tasks/present/task.ts';

export type UpgradeJson = ReturnType<typeof presentUpgrade>;
export type UpgradeStepJson = ReturnType<typeof presentStep>;

/** `tasks`: those of {@link ListedUpgrade.taskIds}. */
export function presentUpgrade(upgrade: ListedUpgrade, tasks: readonly Pick<TaskJson, 'progress'>[]) {
  const { newest, state, isRemoved } = upgrade;
  const isWaiting = state === 'waiting';
  return {
    upgrade_id: upgrade.upgradeId,
    kind: upgrade.kind,
    objects: upgrade.objects,
    from_version: upgrade.fromVersion,
    to_version: upgrade.toVersion,
    state,
    step: newest.step,
    waits_for: isWaiting ? waitsFor(newest) : null,
    reasons: isWaiting ? newest.reasons : [],
    actions: actionsAt({ state, step: newest.step, stepState: newest.state, isRemoved }),
    progress: progressOf(tasks),
    counted_step: upgrade.countedStep,
    task_ids: upgrade.taskIds,
    due_time: newest.dueTime?.toISOString() ?? null,
    undo_until: upgrade.undoUntil?.toISOString() ?? null,
    settings: upgrade.settings,
    created_by: upgrade.createdBy,
    login: upgrade.createdByLogin,
    create_time: upgrade.createTime.toISOString(),
    last_update_time: upgrade.lastUpdateTime.toISOString(),
    end_time: upgrade.endTime?.toISOString() ?? null,
  };
}

const waitsFor = ({ state }: ListedUpgrade['newest']): 'approval' | 'decision' =>
  state === 'waiting' ? 'approval' : 'decision';

export function presentStep(step: ShownUpgrade['steps'][number]) {
  return {
    step_no: step.stepNo,
    step: step.step,
    state: step.state,
    reasons: step.reasons,
    decided_by: step.decidedBy,
    check_id: step.checkId,
    task_ids: step.taskIds,
    due_time: step.dueTime?.toISOString() ?? null,
    start_time: step.startTime?.toISOString() ?? null,
    end_time: step.endTime?.toISOString() ?? null,
  };
}

export function presentStepWithReport(step: ShownUpgrade['steps'][number]) {
  return { ...presentStep(step), report: toSnakeCase(step.report) as object };
}

/** Of all tasks of a step: the last to end is what one waits for. */
function progressOf(tasks: readonly Pick<TaskJson, 'progress'>[]): TaskJson['progress'] | null {
  if (tasks.length === 0) return null;
  const sum = (pick: (progress: TaskJson['progress']) => number | null): number =>
    tasks.reduce((total, { progress }) => total + (pick(progress) ?? 0), 0);
  const ends = tasks.flatMap(({ progress }) => progress.eta_seconds ?? []);
  const rate = sum(({ objects_per_second }) => objects_per_second);
  return {
    objects_expected: sum(({ objects_expected }) => objects_expected),
    objects_done: sum(({ objects_done }) => objects_done),
    objects_failed: sum(({ objects_failed }) => objects_failed),
    objects_skipped: sum(({ objects_skipped }) => objects_skipped),
    objects_per_second: rate === 0 ? null : Math.round(10 * rate) / 10,
    eta_seconds: ends.length === 0 ? null : Math.max(...ends),
  };
}

import type { TaskQueries } from '../../db/tasks/taskQueries.ts';
import type { ListedUpgrade, ShownUpgrade, UpgradeQueries } from '../../db/upgrades/upgradeQueries.ts';
import { upgradeNotFound } from '../../domain/upgrades/actions.ts';
import { presentTaskOfPage } from '../tasks/present/task.ts';
import { presentUpgrade, type UpgradeJson } from './present.ts';

export interface UpgradeSources {
  readonly upgradeQueries: UpgradeQueries;
  readonly taskQueries: Pick<TaskQueries, 'page'>;
}

type ShownTask = ReturnType<typeof presentTaskOfPage>;

/** @throws DomainError upgradeNotFound */
export async function readUpgrade(
  { upgradeQueries, taskQueries }: UpgradeSources,
  upgradeId: number,
): Promise<{ readonly row: ShownUpgrade; readonly upgrade: UpgradeJson; readonly tasks: ShownTask[] }> {
  const row = await upgradeQueries.find(upgradeId);
  if (row === null) throw upgradeNotFound(upgradeId);
  const tasks = await readTasks(
    taskQueries,
    row.steps.flatMap(({ taskIds }) => taskIds),
  );
  return { row, upgrade: presentUpgrade(row, of(tasks, row)), tasks };
}

/** Each with the progress of its tasks. */
export async function presentUpgrades(
  { taskQueries }: Pick<UpgradeSources, 'taskQueries'>,
  rows: readonly ListedUpgrade[],
): Promise<UpgradeJson[]> {
  const tasks = await readTasks(
    taskQueries,
    rows.flatMap(({ taskIds }) => taskIds),
  );
  return rows.map((row) => presentUpgrade(row, of(tasks, row)));
}

async function readTasks(
  taskQueries: UpgradeSources['taskQueries'],
  taskIds: readonly number[],
): Promise<ShownTask[]> {
  if (taskIds.length === 0) return [];
  const rows = await taskQueries.page({ taskIds }, { page: 1, pageSize: taskIds.length });
  return rows.map(presentTaskOfPage);
}

const of = (tasks: readonly ShownTask[], { taskIds }: Pick<ListedUpgrade, 'taskIds'>): ShownTask[] =>
  tasks.filter(({ task_id }) => taskIds.includes(task_id));

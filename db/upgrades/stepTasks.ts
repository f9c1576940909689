import { freezeExtractContent, type ExtractRequest } from '../../domain/extract/extractContent.ts';
import { freezeGcContent } from '../../domain/gc/gcContent.ts';
import { isFinal, taskTypes, type TaskType } from '../../domain/tasks/task.ts';
import { reasonsOfTasks } from '../../domain/upgrades/rules.ts';
import type { UpgradeObjects } from '../../domain/upgrades/upgrade.ts';
import { createTask, type NewTask } from '../tasks/createTask.ts';
import { writtenTimes } from './lateObjects.ts';
import { ordererOf, tasksBegun, waitForStep, type StepContext, type StepLook } from './stepContext.ts';
import { listUpgradeTasks } from './upgradeTasks.ts';

/** `since`: only objects that came later; absent: all. */
export async function createExtracts(
  context: StepContext,
  objects: readonly UpgradeObjects[],
  since?: string,
): Promise<void> {
  const { upgrade, deps, tx } = context;
  const defaults = await deps.defaultVersions.read(tx);
  const around = { ...deps.abilities, defaultVersions: { ...defaults, [upgrade.kind]: upgrade.fromVersion } };
  for (const one of objects) {
    const request: ExtractRequest = {
      extraction_target: upgrade.kind === 'face' ? 'face_descriptor' : 'body_descriptor',
      options: { descriptor_version: upgrade.toVersion },
      filters: {
        objects_type: one,
        ...(since === undefined ? {} : { [`${writtenTimes[one]}__gte`]: since }),
      },
    };
    const what = since === undefined ? one : `late ${one}`;
    await create(context, taskTypes.additionalExtract, what, (now) =>
      freezeExtractContent(request, { ...around, now }),
    );
  }
}

export async function createRemovals(context: StepContext): Promise<void> {
  const { kind, objects, fromVersion, settings } = context.upgrade;
  const manner = settings.undo_window === null ? {} : { undo_window: settings.undo_window };
  for (const one of objects) {
    const filters =
      one === 'faces'
        ? { descriptor_version: fromVersion }
        : { descriptor_version: fromVersion, descriptor_type: kind };
    const target = one === 'faces' ? 'face_descriptors' : 'event_descriptors';
    await create(context, taskTypes.gc, one, (now) => freezeGcContent({ target, filters, ...manner }, now));
  }
}

async function create(
  { tx, upgrade, step, deps }: StepContext,
  taskType: TaskType,
  what: string,
  content: NewTask['content'],
): Promise<void> {
  const { upgradeId, fromVersion, toVersion, settings } = upgrade;
  const { objects_per_second, error_budget, priority } = settings;
  await createTask(
    tx,
    {
      ...{ taskType, content, priority },
      description: `Upgrade ${upgradeId}, version ${fromVersion} to ${toVersion}: ${step.step} ${what}`,
      ...(objects_per_second === null ? {} : { objectsPerSecond: objects_per_second }),
      ...(error_budget === null ? {} : { errorBudget: error_budget }),
      upgrade: { upgradeId, stepNo: step.stepNo },
    },
    ordererOf(upgrade),
    deps.approvalRule,
  );
}

/** Begins the tasks of a step, and waits for them. */
export async function followTasks(
  context: StepContext,
  begin: (context: StepContext) => Promise<void>,
): Promise<StepLook> {
  const { tx, upgrade, step } = context;
  const tasks = await listUpgradeTasks(tx, upgrade.upgradeId, step.stepNo);
  if (tasks.length === 0) {
    await begin(context);
    return tasksBegun;
  }
  if (tasks.some(({ state }) => !isFinal(state))) return waitForStep(context);
  return { kind: 'ended', reasons: reasonsOfTasks(tasks, upgrade.settings) };
}

import type { TaskJson } from '../cli/taskCalls.ts';
import type { Demo } from './context.ts';
import { dealtWith } from './followTask.ts';

/** Whether a finished task accounts for every object once, and its stored result names those that are done. */
export async function checkTaskBooks({ tasks, ledger }: Demo, name: string, task: TaskJson): Promise<void> {
  const { objects_expected, objects_done, objects_failed } = task.progress;
  ledger.expect(`${name}: final state`, 'done', task.state);
  ledger.expect(`${name}: objects accounted for`, objects_expected, dealtWith(task));
  if (task.state !== 'done') return;
  const [result, subtasks] = await Promise.all([tasks.result(task.task_id), tasks.subtasks(task.task_id)]);
  const ids = result.removed ?? result.objects?.map(({ id }) => id) ?? [];
  ledger.expect(`${name}: different objects in its result`, objects_done, new Set(ids).size);
  ledger.expect(`${name}: open errors`, objects_failed, result.errors_count);
  const inParts = subtasks.reduce((sum, { progress }) => sum + progress.objects_done, 0);
  ledger.expect(`${name}: objects done by its subtasks`, objects_done, inParts);
}

import { setTimeout as delay } from 'node:timers/promises';
import type { SubtaskJson } from '../cli/taskCalls.ts';
import { killInStep, worker } from './killInStep.ts';
import type { Demo } from './story.ts';

const limitSeconds = 120;
const doneStatus = 5;

/** Kills the worker in the middle of an extract and shows from its checkpoints that another one goes on from there. */
export async function killWorker(demo: Demo, upgradeId: number, taskId: number): Promise<void> {
  const { story, tasks, ledger, signal } = demo;
  const killed = performance.now();
  await killInStep(demo, upgradeId, 'extract', worker);
  // As the dead worker left them: its last transaction cannot commit any more.
  const atDeath = await tasks.subtasks(taskId);
  story.say(`by then ${sum(atDeath)} faces were done and committed`);
  story.say('waiting for Temporal to miss its heartbeats (8 s) and to hand its subtasks to the new worker …');
  const before = new Map(atDeath.map((part) => [part.subtask_id, part]));
  let seconds = 0;
  const look = async (isReached: (parts: readonly SubtaskJson[]) => boolean): Promise<SubtaskJson[]> => {
    for (;;) {
      const parts = await tasks.subtasks(taskId);
      seconds = (performance.now() - killed) / 1_000;
      if (isReached(parts)) return parts;
      if (seconds > limitSeconds)
        throw new Error(`task ${taskId} does not continue after its worker was killed`);
      await delay(100, undefined, { signal });
    }
  };
  await look((parts) => parts.some((part) => part.attempt > (before.get(part.subtask_id)?.attempt ?? 0)));
  story.say(`after ${seconds.toFixed(1)} s the new worker took over the first subtask`);
  ledger.judge(
    'worker killed: its work is taken over',
    'within 15 s',
    `${seconds.toFixed(1)} s`,
    seconds <= 15,
  );
  const now = await look((parts) => sum(parts) > sum(atDeath));
  story.say(`after ${seconds.toFixed(1)} s it had committed its first batch:`);
  story.table(
    ['subtask', 'faces', 'checkpoint when killed', 'checkpoint now', 'attempts before', 'attempts now'],
    now.map((part) => [
      part.subtask_id,
      part.progress.objects_expected,
      before.get(part.subtask_id)?.progress.objects_done ?? 0,
      part.progress.objects_done,
      before.get(part.subtask_id)?.attempt ?? 0,
      part.attempt,
    ]),
  );
  const lost = now.filter((part) => stepsBack(before.get(part.subtask_id), part)).length;
  ledger.expect('worker killed: subtasks that lost work', 0, lost);
}

/** Finished work is not done again, and a checkpoint never goes back. */
function stepsBack(before: SubtaskJson | undefined, now: SubtaskJson): boolean {
  if (before === undefined) return false;
  const wasDone = before.subtask_status === doneStatus;
  return (
    now.progress.objects_done < before.progress.objects_done || (wasDone && now.attempt !== before.attempt)
  );
}

function sum(parts: readonly SubtaskJson[]): number {
  return parts.reduce((total, { progress }) => total + progress.objects_done, 0);
}

import type { Bed } from './bed.ts';
import { watchMemory, type Memory } from './memory.ts';
import { secondsToEnd } from './secondsToEnd.ts';

export interface GcTaskRun {
  readonly taskId: number;
  readonly seconds: number;
  readonly memory: Memory;
}

/** Runs a gc through the API, from POST to done. @throws Error when it ends otherwise or removed another number */
export async function runGcTask(
  { tasks, running, signal }: Bed,
  content: object,
  expected: number,
): Promise<GcTaskRun> {
  const memory = watchMemory(running.pids);
  const started = Date.now();
  const taskId = await tasks.postGc(content, 'bench');
  const task = await tasks.follow(taskId, { everyMs: 250, limitMs: 7_200_000, signal });
  if (task.state !== 'done' || task.progress.objects_done !== expected) {
    throw new Error(`the measured gc went wrong: ${JSON.stringify(task)}`);
  }
  return { taskId, seconds: secondsToEnd(task, started), memory: memory.stop() };
}

import type { Database } from '../../db/sql/connection.ts';
import type { Bed } from './bed.ts';
import { secondsToEnd } from './figures.ts';
import { type Memory, watchMemory } from './memory.ts';

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
  more: object = {},
): Promise<GcTaskRun> {
  const memory = watchMemory(running.pids);
  const started = Date.now();
  const taskId = await tasks.postGc(content, 'bench', more);
  const task = await tasks.follow(taskId, { everyMs: 250, limitMs: 7_200_000, signal });
  if (task.state !== 'done' || task.progress.objects_done !== expected) {
    throw new Error(`the measured gc went wrong: ${JSON.stringify(task)}`);
  }
  return { taskId, seconds: secondsToEnd(task, started), memory: memory.stop() };
}

/** The rows of every face, table by table; samples only when the task removes them too. */
export function floorStatements(removeSamples: boolean): string[] {
  const tables = ['faces', 'attributes', 'list_faces', 'face_descriptors', 'image_origins'];
  return [...tables, ...(removeSamples ? ['samples'] : [])].map((table) => `delete from ${table}`);
}

/** The floor of gc: bare statements of everything, in one transaction on one connection. Answers seconds. */
export async function deleteBare(db: Database, statements: readonly string[]): Promise<number> {
  const started = performance.now();
  await db.transaction(async (tx) => {
    for (const statement of statements) await tx.query(statement);
  });
  return (performance.now() - started) / 1_000;
}

import type { NetworkKind } from '../../extraction/catalogue/network.ts';
import type { Bed } from './bed.ts';
import { secondsToEnd } from './figures.ts';
import { watchMemory, type Memory } from './memory.ts';

export interface ExtractOrder {
  readonly version: number;
  readonly kind: NetworkKind;
  /** Samples that it has to extract. */
  readonly expected: number;
  /** Default: all that lack it. */
  readonly faceIds?: readonly string[];
  /** Default: as many subtasks as the workers can take. */
  readonly window?: number;
  onPosted?(taskId: number): void;
}

/** Runs an extract through the API, from POST to done. @throws Error when it ends otherwise or extracted another number */
export async function runExtractTask(
  { tasks, running, signal }: Bed,
  { version, kind, expected, faceIds, window, onPosted }: ExtractOrder,
): Promise<{ readonly seconds: number; readonly memory: Memory }> {
  const memory = watchMemory(running.pids);
  const content = {
    ...(kind === 'attributes'
      ? { extraction_target: 'basic_attributes', options: { missing: true } }
      : { extraction_target: 'face_descriptor', options: { missing: true, descriptor_version: version } }),
    filters: { objects_type: 'faces', ...(faceIds === undefined ? {} : { face_ids: faceIds }) },
    store_results: true,
  };
  const started = Date.now();
  const taskId = await tasks.postExtract(content, 'bench', window === undefined ? {} : { window });
  onPosted?.(taskId);
  const task = await tasks.follow(taskId, { everyMs: 250, signal });
  if (task.state !== 'done' || task.progress.objects_done !== expected) {
    throw new Error(`the measured extract went wrong: ${JSON.stringify(task)}`);
  }
  return { seconds: secondsToEnd(task, started), memory: memory.stop() };
}

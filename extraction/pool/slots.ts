import type { Made, Wish } from '../extractor.ts';
import type { ExtractorProcess } from './extractorProcess.ts';
import type { Image } from './protocol.ts';

/** A sample, and what is to be made of it. */
export interface SampleRequest extends Wish {
  /** Names the sample in logs and errors. */
  readonly id: string;
  /** The image, or how to get it; a function is called only when there is room for the image. */
  readonly bytes: Uint8Array | (() => Promise<Uint8Array>);
  /** Where the extractor process may read it for itself. When it cannot, `bytes` is asked, which knows why. */
  readonly file?: (() => string) | undefined;
}

export interface Job {
  readonly request: SampleRequest;
  image: Image;
  deaths: number;
  /** Was in a batch whose process died: runs alone from then on, so that the next death tells whose it is. */
  alone: boolean;
  resolve(made: Made): void;
  reject(error: Error): void;
}

export interface Batch {
  readonly seq: number;
  readonly jobs: readonly Job[];
}

export interface Slot {
  process: ExtractorProcess | undefined;
  ready: boolean;
  readonly batches: Map<number, Batch>;
  running: Batch | undefined;
  /** Deaths in a row before it was ready; each lengthens the pause before the next start. */
  failedStarts: number;
  watch: NodeJS.Timeout | undefined;
  restart: NodeJS.Timeout | undefined;
}

/** One runs and one is on its way: less leaves the network waiting, more only makes a death dearer. */
export const batchesPerProcess = 2;

/**
 * Takes the next batch out of the queue, and the process that may take it: the ready one with the least work. A busy
 * one is sent only full batches ahead, which cost less a sample; a job that runs alone needs an empty one.
 */
export function takeBatch(
  queue: Job[],
  slots: readonly Slot[],
  sizeOf: (wish: Wish) => number,
): { readonly slot: Slot; readonly jobs: readonly Job[] } | null {
  const [first] = queue;
  if (first === undefined) return null;
  const free = slots.filter(
    ({ ready, batches }) => ready && batches.size < batchesPerProcess && !holdsLoner(batches),
  );
  const slot = free.sort((one, other) => one.batches.size - other.batches.size)[0];
  if (slot === undefined) return null;
  const isIdle = slot.batches.size === 0;
  if (first.alone) return isIdle ? { slot, jobs: queue.splice(0, 1) } : null;
  const size = sizeOf(first.request);
  const jobs = queue.filter((job) => !job.alone && isAlike(job.request, first.request)).slice(0, size);
  if (!isIdle && jobs.length < size) return null;
  const taken = new Set(jobs);
  queue.splice(0, queue.length, ...queue.filter((job) => !taken.has(job)));
  return { slot, jobs };
}

const isAlike = (one: Wish, other: Wish): boolean =>
  one.version === other.version && one.kind === other.kind && one.wanted === other.wanted;

function holdsLoner(batches: ReadonlyMap<number, Batch>): boolean {
  for (const { jobs } of batches.values()) if (jobs[0]?.alone === true) return true;
  return false;
}

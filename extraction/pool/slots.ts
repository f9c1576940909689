import type { ExtractorKind } from '../catalogue.ts';
import type { ExtractorProcess } from './extractorProcess.ts';
import type { Made, Wanted } from './protocol.ts';

/** A sample, and whose network shall read it. */
export interface SampleRequest {
  /** Names the sample in logs and errors. */
  readonly id: string;
  readonly version: number;
  readonly kind: ExtractorKind;
  /** The image, or how to get it; a function is called only when there is room for the image. */
  readonly bytes: Uint8Array | (() => Promise<Uint8Array>);
}

export type JobResult = Made & { readonly seconds: number };

export interface Job {
  readonly seq: number;
  readonly request: SampleRequest;
  readonly wanted: Wanted;
  readonly bytes: Uint8Array;
  deaths: number;
  /** Was with a process that died: runs alone from then on, so that the next death tells whose it is. */
  alone: boolean;
  resolve(result: JobResult): void;
  reject(error: Error): void;
}

export interface Slot {
  process: ExtractorProcess | undefined;
  ready: boolean;
  readonly jobs: Map<number, Job>;
  running: Job | undefined;
  /** Deaths in a row before it was ready; each lengthens the pause before the next start. */
  failedStarts: number;
  watch: NodeJS.Timeout | undefined;
  restart: NodeJS.Timeout | undefined;
}

// One runs, one is decoded, one is on its way: less leaves the model waiting, more only makes a death dearer.
const jobsPerProcess = 3;

/** The job that has been sent to run alone, if it does. */
export function aloneIn(slot: Slot): Job | undefined {
  const [only] = slot.jobs.values();
  return only?.alone && slot.ready ? only : undefined;
}

/** The ready process with the least work that may take the job; a job that runs alone needs an empty one. */
export function chooseSlot(slots: readonly Slot[], job: Job): Slot | undefined {
  const free = slots.filter(
    ({ ready, jobs }) =>
      ready && (job.alone ? jobs.size === 0 : jobs.size < jobsPerProcess && !holdsLoner(jobs)),
  );
  return free.reduce<Slot | undefined>(
    (best, slot) => (best === undefined || slot.jobs.size < best.jobs.size ? slot : best),
    undefined,
  );
}

function holdsLoner(jobs: ReadonlyMap<number, Job>): boolean {
  for (const job of jobs.values()) if (job.alone) return true;
  return false;
}

import { BrokenCircuitError } from 'cockatiel';
import { DomainError } from '../../domain/errors.ts';
import type { Made, TensorData } from '../extractor.ts';
import { RemoteTrouble, RemoteUnusable } from './trouble.ts';

/** A sample that is to be sent, and who waits for what is made of it. */
export interface RemoteJob {
  readonly id: string;
  readonly input: TensorData;
  /** Fires when nobody waits any more. */
  readonly signal: AbortSignal;
  resolve(made: Made): void;
  reject(error: unknown): void;
}

export const isWaiting = ({ signal }: Pick<RemoteJob, 'signal'>): boolean => !signal.aborted;

/** Runs what several jobs wait for; its signal fires when the last of them has stopped waiting. */
export async function whileAnybodyWaits<Result>(
  jobs: readonly Pick<RemoteJob, 'signal'>[],
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const look = (): void => {
    if (!jobs.some(isWaiting)) stop.abort(jobs[0]?.signal.reason);
  };
  for (const { signal } of jobs) signal.addEventListener('abort', look);
  look();
  try {
    stop.signal.throwIfAborted();
    return await work(stop.signal);
  } finally {
    for (const { signal } of jobs) signal.removeEventListener('abort', look);
  }
}

/** Rejects as soon as the signal fires; what was under way ends for nobody. */
export function unlessAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', leave, { once: true });
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', leave);
    });
  });
}

export const unreadable = ({ id }: RemoteJob, detail: string): DomainError =>
  new DomainError('sampleUnreadable', `sample ${id}: ${detail}`);

/** What says nothing of any sample: none can be extracted now. */
export function toUnavailable(error: unknown, name: string): unknown {
  if (error instanceof BrokenCircuitError) {
    return new DomainError('extractorUnavailable', `the ${name} failed and is not asked for a while`);
  }
  return error instanceof RemoteTrouble || error instanceof RemoteUnusable
    ? new DomainError('extractorUnavailable', `the ${name}: ${error.message}`)
    : error;
}

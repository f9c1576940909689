import { setTimeout as delay } from 'node:timers/promises';
import { isWaiting, type RemoteJob } from './job.ts';

export interface BatcherOptions {
  /** Batches under way at the same time. */
  readonly concurrency: number;
  readonly atOnce: () => number;
  /** Must not reject. */
  readonly send: (jobs: readonly RemoteJob[]) => Promise<void>;
}

// Samples are prepared in batches too, which arrive within this of each other; an inference takes longer than that.
const lingerMs = 3;

/** Sends what is there as soon as there is a batch of it and a connection is free; less than a batch waits a moment. */
export function createBatcher({ concurrency, atOnce, send }: BatcherOptions) {
  const queue: RemoteJob[] = [];
  let busy = 0;
  let lingers = false;

  function sendFull(): void {
    while (busy < concurrency && queue.length >= atOnce()) start();
    if (busy < concurrency && queue.length > 0 && !lingers) void linger();
  }

  async function linger(): Promise<void> {
    lingers = true;
    await delay(lingerMs);
    lingers = false;
    if (busy < concurrency && queue.length > 0) start();
    sendFull();
  }

  function start(): void {
    const jobs = takeWaiting();
    if (jobs.length === 0) return;
    busy += 1;
    void send(jobs).finally(() => {
      busy -= 1;
      sendFull();
    });
  }

  function takeWaiting(): RemoteJob[] {
    const taken: RemoteJob[] = [];
    while (taken.length < atOnce()) {
      const job = queue.shift();
      if (job === undefined) break;
      if (isWaiting(job)) taken.push(job);
      else job.reject(job.signal.reason);
    }
    return taken;
  }

  return {
    add: (job: RemoteJob): void => {
      queue.push(job);
      sendFull();
    },
  };
}

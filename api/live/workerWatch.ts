import type { Logger } from 'pino';

/** What tasks wait for when no process does it. */
export type MissingWorkers = 'workers' | 'extractors';

export interface WorkerWatchDeps {
  silentQueues(queues: readonly string[]): Promise<readonly string[]>;
  readonly log: Pick<Logger, 'warn'>;
  readonly everyMs?: number;
}

export type WorkerWatch = ReturnType<typeof createWorkerWatch>;

/** One question every few seconds for all listeners of this process, and none when nobody listens. */
export function createWorkerWatch({ silentQueues, log, everyMs = 2_000 }: WorkerWatchDeps) {
  const listeners = new Set<(missing: readonly MissingWorkers[]) => void>();
  let timer: NodeJS.Timeout | null = null;
  let last = '';
  let looked: Promise<readonly MissingWorkers[]> = Promise.resolve([]);

  const missing = async (): Promise<MissingWorkers[]> => {
    const silent = await silentQueues(['orchestrate', 'gc', 'extract']);
    const isSilent = (queue: string) => silent.includes(queue);
    return [
      ...(isSilent('orchestrate') || isSilent('gc') ? (['workers'] as const) : []),
      ...(isSilent('extract') ? (['extractors'] as const) : []),
    ];
  };

  const look = async (): Promise<void> => {
    looked = missing();
    try {
      const now = await looked;
      if (now.join() === last) return;
      last = now.join();
      for (const tell of listeners) tell(now);
    } catch (error) {
      log.warn({ err: error }, 'it could not be read which workers are there');
    }
  };

  return {
    /** What is missing now. */
    missing,

    /** Hears of every change, and of what is missing at the beginning. */
    listen: (tell: (missing: readonly MissingWorkers[]) => void): (() => void) => {
      listeners.add(tell);
      if (timer === null) {
        last = '';
        timer = setInterval(() => void look(), everyMs);
        void look();
      } else {
        // A thousand who come at once, as after a restart, ask nothing more.
        looked.then(
          (now) => {
            if (now.length > 0 && listeners.has(tell)) tell(now);
          },
          () => undefined,
        );
      }
      return () => {
        listeners.delete(tell);
        if (listeners.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
  };
}

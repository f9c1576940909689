import type { Logger } from 'pino';

/** How many processes take tasks, and how many extract, at the moment. */
export interface WorkerCounts {
  readonly workers: number;
  readonly extractors: number;
}

/** What tasks wait for when no process does it. */
export type MissingWorkers = keyof WorkerCounts;

type Queue = 'orchestrate' | 'gc' | 'extract';

export interface WorkerWatchDeps {
  workersByQueue(queues: readonly Queue[]): Promise<Readonly<Record<Queue, number>>>;
  readonly log: Pick<Logger, 'warn'>;
  readonly everyMs?: number;
}

export type WorkerWatch = ReturnType<typeof createWorkerWatch>;

/** One question every few seconds for all listeners of this process, and none when nobody listens. */
export function createWorkerWatch({ workersByQueue, log, everyMs = 2_000 }: WorkerWatchDeps) {
  const listeners = new Set<(missing: readonly MissingWorkers[]) => void>();
  let timer: NodeJS.Timeout | null = null;
  let last = '';
  let looked: Promise<readonly MissingWorkers[]> = Promise.resolve([]);

  const count = async (): Promise<WorkerCounts> => {
    const { orchestrate, gc, extract } = await workersByQueue(['orchestrate', 'gc', 'extract']);
    return { workers: Math.min(orchestrate, gc), extractors: extract };
  };

  const look = async (): Promise<void> => {
    looked = count().then(missingOf);
    try {
      const now = await looked;
      if (now.join() === last) return;
      last = now.join();
      for (const tell of listeners) tell(now);
    } catch (error) {
      log.warn({ err: error }, 'the list of workers could not be read');
    }
  };

  return {
    /** How many there are now. */
    count,

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

export function missingOf({ workers, extractors }: WorkerCounts): MissingWorkers[] {
  return [
    ...(workers === 0 ? (['workers'] as const) : []),
    ...(extractors === 0 ? (['extractors'] as const) : []),
  ];
}

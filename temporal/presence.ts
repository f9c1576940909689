import { setTimeout as wait } from 'node:timers/promises';
import type { WorkerStore } from '../db/ops/workerStore.ts';
import type { SlowdownReason } from '../domain/tasks/pressure.ts';
import type { Logger } from '../platform/logger.ts';
import type { ShownSettings } from '../platform/settings/shownSettings.ts';

export interface PresenceDeps {
  readonly store: Pick<WorkerStore, 'beat' | 'leave'>;
  readonly workerId: string;
  readonly queues: readonly string[];
  readonly version: string;
  readonly extractSlots: number | null;
  /** Those that the API must have, too. */
  readonly settings: ShownSettings;
  /** Why the parts of this process rest between their batches; null: they do not. */
  slowed(): SlowdownReason | null;
  /** Throws when this process does not take work. */
  check(): void;
  /** How far the clock of this process is ahead of the database's. */
  clockOffsetSeconds(): number;
  readonly log: Pick<Logger, 'warn'>;
}

const everyMs = 2_000;

/** Says every few seconds that this process takes work, and when it stops, that it does not any more. */
export async function runPresence(deps: PresenceDeps, stopping: AbortSignal): Promise<void> {
  const { store, workerId, queues, version, extractSlots, settings, log } = deps;
  let healthy = true;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      healthy = true;
    } catch (error) {
      if (healthy) log.warn({ err: error }, 'this worker cannot report that it is running');
      healthy = false;
    }
  };
  while (!stopping.aborted) {
    await attempt(() => {
      deps.check();
      const clockOffsetSeconds = deps.clockOffsetSeconds();
      return store.beat(workerId, queues, version, extractSlots, {
        ...{ clockOffsetSeconds, settings, slowed: deps.slowed() },
      });
    });
    await wait(everyMs, undefined, { signal: stopping }).catch(() => undefined);
  }
  await attempt(() => store.leave(workerId));
}

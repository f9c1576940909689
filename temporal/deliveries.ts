import { setTimeout as wait } from 'node:timers/promises';
import type { DueNotification, Outbox } from '../db/tasks/outbox.ts';
import type { Logger } from '../platform/logger.ts';

export interface DeliveriesDeps {
  readonly outbox: Pick<Outbox, 'take' | 'sweep'>;
  readonly deliver: (due: DueNotification) => Promise<void>;
  readonly log: Logger;
}

const lookEveryMs = 1_000;
const sweepEveryMs = 3_600_000;
const atOnce = 20;
// Longer than a receiver may take.
const leaseSeconds = 60;

/**
 * Empties the outbox of notifications, in any number of processes at once, 20 at a time in each: a receiver that takes
 * its time holds one of them up, not the others. Ends when those under way have ended. Tasks never wait for it.
 */
export async function runDeliveries(deps: DeliveriesDeps, stopping: AbortSignal): Promise<void> {
  const { outbox, log } = deps;
  const underWay = new Set<Promise<void>>();
  let healthy = true;
  let sweptAt = -Infinity;
  const deliver = (due: DueNotification): void => {
    const delivery = deps
      .deliver(due)
      // What is not written down is sent again after the lease.
      .catch((error: unknown) => {
        log.warn({ err: error, notificationId: due.notificationId }, 'a delivery could not be recorded');
      })
      .finally(() => underWay.delete(delivery));
    underWay.add(delivery);
  };
  while (!stopping.aborted) {
    try {
      const free = atOnce - underWay.size;
      const due = await outbox.take(free, leaseSeconds);
      due.forEach(deliver);
      if (performance.now() - sweptAt >= sweepEveryMs) {
        sweptAt = performance.now();
        await outbox.sweep();
      }
      healthy = true;
      if (due.length === free) {
        await Promise.race(underWay);
        continue;
      }
    } catch (error) {
      // Said once per outage.
      if (healthy) log.warn({ err: error }, 'webhooks cannot be delivered');
      healthy = false;
    }
    await wait(lookEveryMs, undefined, { signal: stopping }).catch(() => undefined);
  }
  await Promise.all(underWay);
}

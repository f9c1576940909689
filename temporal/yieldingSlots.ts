import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from '@temporalio/worker';

// A process does not take more parts than this many times its slots, however many of them rest.
const mostTimes = 8;

/**
 * Slots for activities. One that only waits for its time lends its slot to another until it goes on; then, for as long
 * as the borrower takes, one more than `own` work. So tasks that are held back by a rate do not hold up others.
 */
export function createYieldingSlots(own: number) {
  let lent = 0;
  let taken = 0;
  const asking = new Set<() => void>();

  const isFree = (): boolean => taken < Math.min(own + lent, own * mostTimes);
  const take = (): SlotPermit => {
    taken += 1;
    return {};
  };
  const serve = (): void => {
    for (const give of asking) {
      if (!isFree()) return;
      asking.delete(give);
      give();
    }
  };

  const supplier: CustomSlotSupplier<ActivitySlotInfo> = {
    type: 'custom',
    reserveSlot: (_context, signal) =>
      new Promise((resolve, reject) => {
        const give = (): void => {
          resolve(take());
        };
        asking.add(give);
        signal.addEventListener(
          'abort',
          () => {
            asking.delete(give);
            reject(signal.reason as Error);
          },
          { once: true },
        );
        serve();
      }),
    tryReserveSlot: () => (isFree() ? take() : null),
    markSlotUsed: () => undefined,
    releaseSlot: () => {
      taken -= 1;
      serve();
    },
  };

  return {
    supplier,
    /** For an activity that has a slot: lends it while `wait` lasts. */
    yieldWhile: async <T>(wait: () => Promise<T>): Promise<T> => {
      lent += 1;
      serve();
      try {
        return await wait();
      } finally {
        lent -= 1;
      }
    },
  };
}

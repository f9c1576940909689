import type { Turns } from '../db/engine/turns.ts';
import type { Gateway } from './gateway.ts';

export interface AdmissionDeps {
  readonly turns: Pick<Turns, 'admit'>;
  readonly gateway: Pick<Gateway, 'startTask'>;
}

export type Admission = ReturnType<typeof createAdmission>;

const atOnce = 20;

/** Starts tasks whose turn it is, in whichever process a place or a task may just have come. */
export function createAdmission({ turns, gateway }: AdmissionDeps) {
  let last: Promise<void> = Promise.resolve();
  let queued: Promise<void> | null = null;

  const round = async (): Promise<void> => {
    for (;;) {
      const admitted = await turns.admit(atOnce);
      // One that is not started now is started by the reconciler.
      const starts = await Promise.allSettled(admitted.map((start) => gateway.startTask(start)));
      for (const start of starts) if (start.status === 'rejected') throw start.reason;
      if (admitted.length < atOnce) return;
    }
  };

  return {
    /** Rejects when the database or Temporal is away; whoever was admitted is started later. */
    startNext: (): Promise<void> => {
      // The round that is under way may not have seen what the caller has committed; the next one does, for all who ask.
      if (queued !== null) return queued;
      const mine = last.then(() => {
        queued = null;
        return round();
      });
      queued = mine;
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

import type { Supervisor, Unit } from './supervisor.ts';

/** Starts units together. Throws when one of them fails, after all have settled, or when the start is given up. */
export async function addUnits(
  units: readonly Unit[],
  signal: AbortSignal | undefined,
  supervisor: Supervisor,
): Promise<void> {
  signal?.throwIfAborted();
  const stop = () => void supervisor.stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const results = await Promise.allSettled(units.map((unit) => supervisor.add(unit)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

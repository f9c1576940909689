export interface BatchBounds {
  readonly smallest: number;
  readonly largest: number;
  readonly targetMs: number;
}

/**
 * The size of the next batch, so that it takes about `targetMs`: at most doubled or halved at a time, because one
 * slow commit says little.
 */
export function nextBatchSize(size: number, elapsedMs: number, bounds: BatchBounds): number {
  const factor = Math.min(2, Math.max(0.5, bounds.targetMs / Math.max(1, elapsedMs)));
  return Math.min(bounds.largest, Math.max(bounds.smallest, Math.round(size * factor)));
}

/**
 * How long a part waits after a batch when the task is throttled: the task's rate is divided among the parts that
 * run, so that they share no counter.
 * @returns milliseconds, 0 when there is no limit
 */
export function throttleDelay(
  batch: { readonly objects: number; readonly elapsedMs: number },
  limit: { readonly objectsPerSecond: number | null; readonly runningParts: number },
): number {
  if (limit.objectsPerSecond === null) return 0;
  const share = limit.objectsPerSecond / Math.max(1, limit.runningParts);
  return Math.max(0, (batch.objects / share) * 1_000 - batch.elapsedMs);
}

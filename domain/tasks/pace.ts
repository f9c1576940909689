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

/** A task's limit, as each part of it sees it. */
export interface RateLimit {
  readonly objectsPerSecond: number | null;
  readonly runningParts: number;
}

// A throttled batch is what its part may do in this time: the rate is smooth, and so is the work between two waits.
const smoothMs = 1_000;
// Time lost to a slow batch is made up for, but no more of it: a part that stood still must not race afterwards.
const arrearsMs = 1_000;

/** Milliseconds that a part has for each object: the task's rate is divided among the parts that run, so that they share no counter. */
function msPerObject({ objectsPerSecond, runningParts }: RateLimit): number {
  return objectsPerSecond === null ? 0 : (1_000 * Math.max(1, runningParts)) / objectsPerSecond;
}

/** How many objects the next batch may have at most. */
export function batchLimit(limit: RateLimit): number {
  return Math.max(1, Math.floor(smoothMs / msPerObject(limit)));
}

/** When the next batch may begin, after one of so many objects that was due at `due` and began at `startedAt`. */
export function nextDue(due: number, startedAt: number, objects: number, limit: RateLimit): number {
  return Math.max(due, startedAt - arrearsMs) + objects * msPerObject(limit);
}

/** When it may begin now that the limit is another one. */
export function shiftDue(due: number, now: number, from: RateLimit, to: RateLimit): number {
  const before = msPerObject(from);
  return before === 0 ? due : now + ((due - now) * msPerObject(to)) / before;
}

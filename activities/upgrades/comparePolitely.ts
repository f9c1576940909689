import { setImmediate } from 'node:timers/promises';
import type { ComparedObject, Comparison } from '../../domain/upgrades/comparison.ts';
import { compareVersions } from '../../domain/upgrades/compareVersions.ts';

/** Compares while the process goes on with everything else, until `signal` says that nobody waits for it. */
export function comparePolitely(
  objects: readonly ComparedObject[],
  signal: AbortSignal,
): Promise<Comparison> {
  return compareVersions(objects, () => setImmediate(undefined, { signal }));
}

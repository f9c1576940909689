import type { Comparison } from './comparison.ts';
import type { UpgradeObjects } from './upgrade.ts';
import type { VersionPair } from './verification.ts';

export interface TrialOrder extends VersionPair {
  readonly objects: readonly UpgradeObjects[];
  /** Of how many objects a sample is tried; of the objects' kinds as many of each. */
  readonly size?: number;
}

export const trialSizes = { usual: 200, most: 1_000 } as const;

/** What the new network made of some of the samples that are here, as it is kept and shown. Nothing of it is stored. */
export interface SampleTrial extends VersionPair {
  readonly objects: readonly TriedObjects[];
  /** Null: too few samples were described. */
  readonly speed: TrialSpeed | null;
}

export interface TriedObjects {
  readonly objects: UpgradeObjects;
  /** All that have a descriptor of the old version. */
  readonly holdFrom: number;
  readonly tried: number;
  readonly described: number;
  /** The most frequent first. */
  readonly failures: readonly TrialFailure[];
  /** About how many of all have no sample that can be read, by their share of those that stand for all. */
  readonly unusable: number;
  /** On those that were described; null: none was. */
  readonly comparison: Comparison | null;
}

/** Why there is no new descriptor: three are of the sample, the last of the network. */
export type TrialReason = 'noSample' | 'fileMissing' | 'unreadable' | 'network';

export interface TrialFailure {
  readonly reason: TrialReason;
  readonly code: number;
  readonly count: number;
  readonly example: { readonly objectId: string; readonly detail: string };
}

/** Of a worker that may have done other work beside it; reading the samples is in it. */
export interface TrialSpeed {
  /** Of samples that were described one after the other, and how many those were. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly timed: number;
  /** With several under way at once, as an extract has; null: there were too few. */
  readonly samplesPerSecond: number | null;
}

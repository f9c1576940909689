import type { Comparison } from './comparison.ts';
import type { DescribedKind } from '../extract/networks.ts';
import type { UpgradeObjects } from './upgrade.ts';

/** Two versions of one kind of descriptors, `from` the old one. */
export interface VersionPair {
  readonly kind: DescribedKind;
  readonly from: number;
  readonly to: number;
}

export interface VerificationOrder extends VersionPair {
  /** Whose descriptors; bodies are described of events alone. */
  readonly objects: readonly UpgradeObjects[];
  /** The tasks that made the new descriptors. */
  readonly taskIds: readonly number[];
}

/** What an upgrade has come to, as it is kept and shown. */
export interface Verification extends VersionPair {
  /** That made the new descriptors. */
  readonly taskIds: readonly number[];
  readonly objects: readonly VerifiedObjects[];
  /** Of the tasks, the most frequent first. */
  readonly errors: readonly OpenErrors[];
}

export interface VerifiedObjects extends HeldCounts {
  readonly objects: UpgradeObjects;
  /** On a sample of those that have both; null: none has. */
  readonly comparison: Comparison | null;
}

/** Exact numbers of objects. */
export interface HeldCounts {
  /** With a descriptor of the old version, and with both. */
  readonly holdFrom: number;
  readonly holdBoth: number;
  /** With the old one alone; how many of them have no sample that a network could read. */
  readonly lackTo: number;
  readonly lackSample: number;
}

/** Open errors of one code. */
export interface OpenErrors {
  readonly code: number;
  readonly desc: string;
  readonly count: number;
  /** The newest of them. */
  readonly example: {
    readonly objectType: string;
    readonly objectId: string | null;
    readonly detail: string;
  };
}

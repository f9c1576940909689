import type { LocalNetwork } from '../catalogue/network.ts';
import type { LoadedModel } from '../pool/protocol.ts';
import type { AttributesReport } from './attributes.ts';
import type { Histogram } from './histogram.ts';
import type { ModelFacts } from './modelFacts.ts';
import type { Separation } from './separation.ts';
import type { TrialResult } from './trial.ts';

/** All that a check found out, as far as it came. */
export interface CheckReport {
  readonly network: LocalNetwork;
  readonly model: ModelFacts | null;
  /** The memory is that of a process that has run nothing yet. */
  readonly opened: LoadedModel | null;
  readonly speed: Speed | null;
  readonly descriptors: DescriptorsReport | null;
  readonly attributes: AttributesReport | null;
  /** Sentences. Nobody should upgrade to a network that has any. */
  readonly faults: readonly string[];
  /** Sentences worth reading. */
  readonly remarks: readonly string[];
}

/** Of one process, with the decoding of the sample; medians. */
export interface Speed {
  readonly aloneMs: number;
  readonly inBatchMs: number;
  /** Of the process, after a full batch. */
  readonly memoryBytes: number;
}

/** What descriptors of known people are like. */
export interface Recognition extends Separation {
  /** 0..1: see rank1.ts. */
  readonly rankOne: number;
}

export interface Norms {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface DescriptorsReport {
  readonly people: number;
  readonly samples: number;
  /** People of whom there was one picture: their samples are jittered copies of it. */
  readonly copiedPeople: number;
  /** Samples that are answered with what is no number, and with nothing but zeros. */
  readonly notNumbers: number;
  readonly zeros: number;
  /** Before they are scaled to 1; null without any. */
  readonly norms: Norms | null;
  /** Null where there are too few people or descriptors. */
  readonly recognition: Recognition | null;
  readonly histogram: Histogram | null;
  /** Of another version on the same samples. */
  readonly reference: { readonly version: number; readonly recognition: Recognition | null } | null;
  /** On copies that are hard to know again, as the entry says first; none where there is nothing to compare. */
  readonly trials: readonly Trial[];
}

export interface Trial {
  /** How an entry would say it; null: as it does. */
  readonly text: string | null;
  readonly what: 'entry' | 'channels' | 'scale';
  /** Null: nothing could be told. */
  readonly result: TrialResult | null;
}

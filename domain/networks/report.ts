import type { Network } from '../extract/networks.ts';

/** All that a check of a network found out, as far as it came: as it is told, kept and shown. */
export interface NetworkReport {
  readonly network: CheckedNetwork;
  readonly model: ModelFacts | null;
  /** The memory is that of a process that has run nothing yet. */
  readonly opened: { readonly seconds: number; readonly memoryBytes: number } | null;
  /** What goes in and comes out. */
  readonly tensors: readonly TensorRow[];
  readonly speed: Speed | null;
  readonly descriptors: DescriptorsReport | null;
  readonly attributes: AttributesReport | null;
  /** Sentences. Nobody should upgrade to a network that has any. */
  readonly faults: readonly string[];
  /** Sentences worth reading. */
  readonly remarks: readonly string[];
}

export interface CheckedNetwork extends Network {
  readonly name: string;
  /** Path of its file, where it was checked. */
  readonly model: string;
  /** Samples of one run, and threads. */
  readonly batch: number;
  readonly threads: number;
}

export interface ModelFormat {
  readonly irVersion: number | null;
  /** Version of ONNX's own operators. */
  readonly opset: number | null;
}

export interface ModelFacts extends ModelFormat {
  readonly bytes: number;
  readonly sha256: string;
  /** Whether the entry names the SHA-256; a file that has another is refused. */
  readonly isNamed: boolean;
}

/** An input or output of the file beside what the entry says of it. */
export interface TensorRow {
  readonly side: 'input' | 'output';
  readonly name: string;
  readonly inFile: string;
  readonly byEntry: string;
}

/** Of one process, with the decoding of the sample; medians. */
export interface Speed {
  readonly aloneMs: number;
  readonly inBatchMs: number;
  /** Of the process, after a full batch. */
  readonly memoryBytes: number;
}

/** How well the cosine tells one person from another, in the terms of ISO/IEC 19795. */
export interface Separation {
  readonly meanSame: number;
  readonly meanOther: number;
  /** Distance of the two means in their common standard deviation: d′, the decidability index. */
  readonly dPrime: number;
  /** Equal error rate, 0..1: where as many of the same are refused as of the others are accepted. */
  readonly eer: number;
  /** True accept rate at a false accept rate, 0..1; null where there are too few pairs to tell. */
  readonly tarAtFar: { readonly '0.01': number | null; readonly '0.001': number | null };
}

/** What descriptors of known people are like. */
export interface Recognition extends Separation {
  /** 0..1: how often the most similar other sample shows the same person. */
  readonly rankOne: number;
}

/** Two distributions over the same bins, as shares of their own pairs. */
export interface Histogram {
  /** Cosine where the first bin begins and the last ends. */
  readonly from: number;
  readonly to: number;
  readonly same: readonly number[];
  readonly other: readonly number[];
}

export interface Norms {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface DescriptorsReport {
  /** Numbers of each. */
  readonly length: number;
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

/** Ways to make a sample hard to know again. */
export type Hardness = 'coarse' | 'covered' | 'noisy';

export interface Trial {
  /** How an entry would say it; null: as it does. */
  readonly text: string | null;
  readonly what: 'entry' | 'channels' | 'scale';
  /** Null: nothing could be told. */
  readonly result: TrialResult | null;
}

export interface TrialResult {
  /** Of two different people in the gallery. */
  readonly meanOther: number;
  /** Means over the ways of being hard. */
  readonly eer: number;
  readonly dPrime: number;
  readonly dPrimes: Readonly<Partial<Record<Hardness, number>>>;
}

export interface AttributesReport {
  readonly people: readonly ToldPerson[];
  /** Samples that are answered with what is no number. */
  readonly notNumbers: number;
}

export interface ToldPerson {
  readonly identity: string;
  readonly age: number;
  readonly gender: number;
  /** Share of each, by its label. */
  readonly emotions: Readonly<Record<string, number>> | null;
}

import type { Histogram } from '../networks/report.ts';

/** An object with its descriptors of the two versions, `from` the old one. */
export interface ComparedObject {
  /** Who it is, the same text for the same person; null: nobody knows. */
  readonly label: string | null;
  readonly from: Float32Array;
  readonly to: Float32Array;
}

/**
 * How two versions of descriptors tell the same objects apart, as it is kept and shown. A score is the cosine of two
 * descriptors of one version; rates are in the terms of ISO/IEC 19795.
 */
export interface Comparison {
  /** Objects that were given, and those that were compared: with a usable descriptor of both versions. */
  readonly given: number;
  readonly compared: number;
  readonly unusable: { readonly from: Unusable; readonly to: Unusable };
  /** Numbers of a descriptor: those that most have; null without any. */
  readonly length: { readonly from: number | null; readonly to: number | null };
  /** People with two or more of the compared objects, and their objects. */
  readonly people: number;
  readonly objectsOfPeople: number;
  readonly pairs: { readonly same: number; readonly other: number };
  /** `known`: labels say that other people's pairs are; `assumed`: all pairs count whose labels do not deny it. */
  readonly others: 'known' | 'assumed';
  /** Null: of too few people there are two objects. */
  readonly rankOne: { readonly from: number; readonly to: number } | null;
  readonly agreement: Agreement;
  /** Null: there are no pairs. */
  readonly histograms: { readonly from: Histogram; readonly to: Histogram } | null;
  /** The larger rate first; none where there are too few pairs for any. */
  readonly thresholds: readonly ThresholdRow[];
}

/** Descriptors that cannot be compared; each is counted once. */
export interface Unusable {
  readonly wrongLength: number;
  readonly notNumbers: number;
  readonly zeros: number;
}

/** Whether the two versions find the same object most similar, or another one of the same known person. */
export interface Agreement {
  /** 0..1, of the clear ones; null: none is. */
  readonly share: number | null;
  /**
   * Objects whose most similar other one leads clearly in the old version: its score exceeds the best one of anybody
   * else by `lead` at the least, which is one standard deviation of other people's scores.
   */
  readonly clear: number;
  readonly lead: number;
}

/** The scores from which on two objects are taken for the same person, at one false match rate. */
export interface ThresholdRow {
  /** False match rate, 0..1. */
  readonly fmr: number;
  /** Pairs of other people that such a rate takes for the same. */
  readonly falseMatches: number;
  readonly from: AtThreshold;
  readonly to: AtThreshold;
  /** Rates of the new version, were the old one's threshold kept. */
  readonly fmrIfKept: number;
  readonly fnmrIfKept: number | null;
}

interface AtThreshold {
  readonly threshold: number;
  /** False non-match rate, 0..1; null: there are too few pairs of the same person. */
  readonly fnmr: number | null;
}

import type { Comparison } from '../../domain/upgrades/comparison.ts';
import type { SampleTrial } from '../../domain/upgrades/sampleTrial.ts';
import type { Verification } from '../../domain/upgrades/verification.ts';

const bell = (middle: number) =>
  Array.from({ length: 20 }, (_, bin) => Math.max(0, 0.2 - Math.abs(bin - middle) * 0.04));
const none = { wrongLength: 0, notNumbers: 0, zeros: 0 };

/** Two versions on the same objects, with as much as a comparison can have. */
export function buildComparison(overrides: Partial<Comparison> = {}): Comparison {
  return {
    ...{ given: 1_000, compared: 998 },
    unusable: { from: none, to: { ...none, wrongLength: 1, zeros: 1 } },
    length: { from: 128, to: 256 },
    ...{ people: 241, objectsOfPeople: 482, pairs: { same: 241, other: 115_680 }, others: 'known' },
    rankOne: { from: 0.967, to: 0.994 },
    agreement: { share: 0.957, clear: 416, lead: 0.138 },
    histograms: {
      from: { from: 0, to: 1, same: bell(16), other: bell(7) },
      to: { from: -0.2, to: 1, same: bell(14), other: bell(4) },
    },
    thresholds: [
      {
        ...{ fmr: 0.01, falseMatches: 1_156, fmrIfKept: 0.002_3, fnmrIfKept: 0.384 },
        ...{ from: { threshold: 0.651_2, fnmr: 0.041 }, to: { threshold: 0.312_9, fnmr: 0.008 } },
      },
      {
        ...{ fmr: 0.001, falseMatches: 115, fmrIfKept: 0, fnmrIfKept: 0.51 },
        ...{ from: { threshold: 0.713_4, fnmr: 0.12 }, to: { threshold: 0.388, fnmr: 0.012 } },
      },
    ],
    ...overrides,
  };
}

/** A comparison of objects of whom nobody is known. */
export const buildStrangers = (): Comparison =>
  buildComparison({
    ...{ given: 998, people: 0, objectsOfPeople: 0, pairs: { same: 0, other: 497_503 }, others: 'assumed' },
    ...{
      unusable: { from: none, to: none },
      rankOne: null,
      agreement: { share: null, clear: 0, lead: 0.12 },
    },
    histograms: {
      from: { from: 0, to: 1, same: bell(16).fill(0), other: bell(7) },
      to: { from: -0.2, to: 1, same: bell(14).fill(0), other: bell(4) },
    },
    thresholds: [
      {
        ...{ fmr: 0.01, falseMatches: 4_975, fmrIfKept: 1, fnmrIfKept: null },
        ...{ from: { threshold: -0.05, fnmr: null }, to: { threshold: 0.712, fnmr: null } },
      },
    ],
  });

/** What an upgrade of faces and events has come to; `text` stands wherever somebody's words do. */
export function buildVerification(text = 'no file of this name'): Verification {
  return {
    ...{ kind: 'face', from: 1, to: 3, taskIds: [17, 18] },
    objects: [
      {
        ...{ objects: 'faces', holdFrom: 1_203_417, holdBoth: 1_203_320, lackTo: 97, lackSample: 12 },
        comparison: buildComparison(),
      },
      {
        ...{ objects: 'events', holdFrom: 12_000_000, holdBoth: 12_000_000, lackTo: 0, lackSample: 0 },
        comparison: buildStrangers(),
      },
    ],
    errors: [
      {
        ...{ code: 28100, desc: 'Sample missing', count: 85 },
        example: { objectType: 'face', objectId: '01900000-0000-7000-8000-000000000017', detail: text },
      },
      {
        ...{ code: 28110, desc: 'Subtask failed', count: 1 },
        example: { objectType: 'subtask', objectId: null, detail: text },
      },
    ],
  };
}

/** What a trial on faces and events may find. */
export function buildTrial(text = 'the folder has no such file'): SampleTrial {
  const example = { objectId: '01900000-0000-7000-8000-000000000021', detail: text };
  return {
    ...{ kind: 'face', from: 1, to: 3 },
    objects: [
      {
        ...{ objects: 'faces', holdFrom: 1_203_417, tried: 100, described: 96, unusable: 36_103 },
        failures: [
          { reason: 'fileMissing', code: 28100, count: 2, example },
          { reason: 'unreadable', code: 28101, count: 1, example },
          { reason: 'network', code: 28105, count: 1, example },
        ],
        comparison: buildComparison({ given: 96, compared: 96, unusable: { from: none, to: none } }),
      },
      {
        ...{ objects: 'events', holdFrom: 0, tried: 0, described: 0, unusable: 0 },
        ...{ failures: [], comparison: null },
      },
    ],
    speed: { medianMs: 11.6, p95Ms: 19.2, timed: 50, samplesPerSecond: 84.3 },
  };
}

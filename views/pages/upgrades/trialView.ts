import type {
  SampleTrial,
  TrialReason,
  TrialSpeed,
  TriedObjects,
} from '../../../domain/upgrades/sampleTrial.ts';
import { formatCount, formatDuration, formatRate } from '../../assets/words.js';
import {
  comparisonView,
  type ExplainedFigure,
  type ReportedObjects,
  type Verdict,
} from './comparisonView.ts';
import { errorRow, type ErrorTable } from './errorTable.ts';
import { objectsOf, oneOf } from './upgradeWords.ts';

/** What a new network made of some of the samples that are here. */
export interface TrialView {
  readonly speed: readonly ExplainedFigure[];
  readonly objects: readonly (ReportedObjects & { readonly failures: ErrorTable | null })[];
}

export function trialView(trial: SampleTrial): TrialView {
  const all = trial.objects.reduce((sum, { holdFrom }) => sum + holdFrom, 0);
  return {
    speed: trial.speed === null ? [] : speedFigures(trial.speed, all),
    objects: trial.objects.map((one) => ({
      id: `trial-${one.objects}`,
      title: `Trial on ${objectsOf(one.objects, trial.kind)}`,
      ...verdictOf(one, trial),
      figures: one.tried === 0 ? [] : [unusableFigure(one, trial)],
      failures: failureTable(one),
      comparison: one.comparison === null ? null : comparisonView(one.comparison, trial),
    })),
  };
}

function speedFigures(
  { medianMs, p95Ms, timed, samplesPerSecond }: TrialSpeed,
  all: number,
): ExplainedFigure[] {
  const one = {
    ...{ name: 'One sample', value: `${milliseconds(medianMs)}, including reading it` },
    note: `Half of ${formatCount(timed)} samples took longer, one at a time; 95 % took at most ${milliseconds(p95Ms)}.`,
  };
  if (samplesPerSecond === null) return [one];
  return [
    one,
    {
      ...{ name: 'One worker', value: formatRate(samplesPerSecond) },
      note: `With several samples at once. All ${formatCount(all)} would take about ${formatDuration(all / samplesPerSecond)}; less with more workers, more while they do other work.`,
    },
  ];
}

function verdictOf({ objects, tried, described }: TriedObjects, { from, to }: SampleTrial): Verdict {
  if (tried === 0) return { tone: 'neutral', verdict: `No ${oneOf(objects)} has version ${from}.` };
  return described === tried
    ? {
        tone: 'good',
        verdict: `Version ${to} was extracted from all ${formatCount(tried)} samples that were tried.`,
      }
    : {
        tone: 'waiting',
        verdict: `Version ${to} was extracted from ${formatCount(described)} of ${formatCount(tried)} samples that were tried.`,
      };
}

function unusableFigure(
  { objects, holdFrom, unusable }: TriedObjects,
  { from, to }: SampleTrial,
): ExplainedFigure {
  return {
    name: 'Without a usable sample',
    value:
      unusable === 0 ? 'none found' : `about ${formatCount(unusable)} of ${formatCount(holdFrom)} ${objects}`,
    note:
      unusable === 0
        ? `All ${objects} with version ${from} that were tried have a readable sample.`
        : `If all ${objects} with version ${from} resemble those that were tried. For these, version ${to} cannot be extracted, and after the switch they are not found.`,
  };
}

const reasons: Record<TrialReason, string> = {
  noSample: 'No sample is stored',
  fileMissing: 'The sample’s file is missing',
  unreadable: 'The sample cannot be read',
  network: 'The network fails on the sample',
};

function failureTable({ objects, failures }: TriedObjects): ErrorTable | null {
  if (failures.length === 0) return null;
  const objectType = objects === 'events' ? 'event' : 'face';
  return {
    caption: 'Why samples failed',
    rows: failures.map(({ reason, code, count, example }) =>
      errorRow({ ...{ text: reasons[reason], href: null, code, count, objectType }, ...example }),
    ),
  };
}

const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : formatCount(Math.round(ms))} ms`;

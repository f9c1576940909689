import type { Comparison, ThresholdRow, Unusable } from '../../../domain/upgrades/comparison.ts';
import type { VersionPair } from '../../../domain/upgrades/verification.ts';
import { formatCount } from '../../assets/words.js';
import { distribution, type Distribution } from '../../components/distribution/distribution.ts';
import type { FigureTable } from '../networks/reportView.ts';
import { oneIn, percent } from './rateWords.ts';

/** A figure with what it means. */
export interface ExplainedFigure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

export interface ComparisonView {
  readonly figures: readonly ExplainedFigure[];
  /** What to set where thresholds are set; empty where that cannot be told. */
  readonly advice: readonly string[];
  /** About how far the advice can be trusted. */
  readonly caution: string;
  readonly thresholds: FigureTable | null;
  readonly distributions: readonly { readonly title: string; readonly distribution: Distribution }[];
}

/** What a report says of faces, or of events. */
export interface ReportedObjects extends Verdict {
  readonly id: string;
  readonly title: string;
  readonly figures: readonly ExplainedFigure[];
  /** Null: there is nothing to compare. */
  readonly comparison: ComparisonView | null;
}

export interface Verdict {
  readonly tone: 'good' | 'waiting' | 'neutral';
  readonly verdict: string;
}

type Versions = Pick<VersionPair, 'from' | 'to'>;

export function comparisonView(comparison: Comparison, versions: Versions): ComparisonView {
  const { thresholds, histograms } = comparison;
  return {
    figures: [
      comparedFigure(comparison, versions),
      rankOneFigure(comparison, versions),
      agreementFigure(comparison, versions),
    ],
    advice: thresholds.map((row) => adviceOf(row, versions)),
    caution: cautionOf(comparison),
    thresholds: thresholds.length === 0 ? null : thresholdTable(thresholds, versions),
    distributions:
      histograms === null
        ? []
        : (['from', 'to'] as const).map((side) => ({
            title: `Scores of version ${versions[side]}`,
            distribution: distribution(histograms[side]),
          })),
  };
}

function comparedFigure({ given, compared, unusable }: Comparison, { from, to }: Versions): ExplainedFigure {
  const broken = [...brokenWords(unusable.from, from), ...brokenWords(unusable.to, to)];
  return {
    name: 'Compared',
    value:
      compared === given
        ? `${formatCount(compared)} objects`
        : `${formatCount(compared)} of ${formatCount(given)} objects`,
    note:
      broken.length === 0
        ? 'Sampled evenly, with another object of the same person where one is known.'
        : `The others have an unusable descriptor: ${broken.join('; ')}.`,
  };
}

function brokenWords({ wrongLength, notNumbers, zeros }: Unusable, version: number): string[] {
  const words = [
    [wrongLength, 'of another length'],
    [notNumbers, 'not numeric'],
    [zeros, 'of zeros'],
  ] as const;
  return words.flatMap(([count, what]) =>
    count === 0 ? [] : [`${formatCount(count)} of version ${version} ${what}`],
  );
}

function rankOneFigure(
  { rankOne, people, objectsOfPeople }: Comparison,
  { from, to }: Versions,
): ExplainedFigure {
  const name = 'Right person first (rank-1)';
  if (rankOne === null) {
    return {
      ...{ name, value: 'unknown' },
      note: `Of ${peopleWords(people)} two objects are known, which is too few. A person is known by an external id or user data that two faces share, or by the face that events were matched to.`,
    };
  }
  return {
    name,
    value: `${percent(rankOne.to)} with version ${to}, ${percent(rankOne.from)} with version ${from}`,
    note: `How often the most similar object is the same person, for ${formatCount(objectsOfPeople)} objects of ${formatCount(people)} known people.`,
  };
}

function peopleWords(people: number): string {
  if (people === 0) return 'nobody';
  return people === 1 ? 'one person' : `${formatCount(people)} people`;
}

function agreementFigure({ agreement }: Comparison, { from, to }: Versions): ExplainedFigure {
  const { share, clear, lead } = agreement;
  const meaning = `"Clearly" means that its score exceeds the best score of any other person by ${lead.toFixed(2)} or more: one standard deviation of the scores of different people.`;
  return share === null
    ? {
        ...{ name: 'Same answer', value: 'unknown' },
        note: `Version ${from} finds no object with a clearly most similar one. ${meaning}`,
      }
    : {
        ...{ name: 'Same answer', value: percent(share) },
        note: `Of ${formatCount(clear)} objects to which version ${from} finds a clearly most similar one, version ${to} finds the same one, or another one of the same known person, for this share. ${meaning}`,
      };
}

function adviceOf({ fmr, from, to, fmrIfKept, fnmrIfKept }: ThresholdRow, versions: Versions): string {
  const [old, young] = [score(from.threshold), score(to.threshold)];
  const strangers = `the same share of different people, ${oneIn(fmr)} pairs, is accepted as the same person`;
  const missed =
    fnmrIfKept === null ? '' : `, and ${percent(fnmrIfKept)} of the pairs of the same person would be missed`;
  if (old === young) return `With version ${versions.to} ${young} may stay: ${strangers}.`;
  return `With version ${versions.to} use ${young} where version ${versions.from} had ${old}: ${strangers}. Were ${old} kept, it would be ${oneIn(fmrIfKept)}${missed}.`;
}

function cautionOf({ pairs, others, thresholds }: Comparison): string {
  const counted =
    others === 'known'
      ? `Different people: ${formatCount(pairs.other)} pairs of people who are known to be different`
      : `Too few objects are labelled, so all ${formatCount(pairs.other)} pairs that are not known to be the same person count as different people`;
  if (thresholds.length === 0) return `${counted}: too few to derive a threshold.`;
  const missed =
    pairs.same === 0
      ? 'the share of missed pairs is unknown'
      : `the same person is seen in ${formatCount(pairs.same)} pairs`;
  return `${counted}; ${missed}. A score is the cosine of two descriptors: 1 for the same picture, about 0 for people who have nothing in common.`;
}

function thresholdTable(rows: readonly ThresholdRow[], { from, to }: Versions): FigureTable {
  const missed = (fnmr: number | null): string => (fnmr === null ? 'not known' : percent(fnmr));
  return {
    caption: 'Thresholds with the same false-match rate',
    head: [
      'False-match rate (FMR)',
      `Threshold, version ${from}`,
      `Threshold, version ${to}`,
      `False non-match rate (FNMR), version ${from}`,
      `False non-match rate (FNMR), version ${to}`,
      `FMR of version ${to} at the old threshold`,
    ],
    rows: rows.map((row) => [
      ...[oneIn(row.fmr), score(row.from.threshold), score(row.to.threshold)],
      ...[missed(row.from.fnmr), missed(row.to.fnmr), oneIn(row.fmrIfKept)],
    ]),
  };
}

const score = (value: number): string => value.toFixed(3).replace('-', '−');

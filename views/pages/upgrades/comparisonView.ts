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
        ? 'Taken evenly from all, with another one of the same person where one is known.'
        : `The others have a descriptor that cannot be used: ${broken.join('; ')}.`,
  };
}

function brokenWords({ wrongLength, notNumbers, zeros }: Unusable, version: number): string[] {
  const words = [
    [wrongLength, 'of another length'],
    [notNumbers, 'not of numbers'],
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
      ...{ name, value: 'cannot be told' },
      note: `Of ${peopleWords(people)} two objects are known, which is too few. A face says who it is by an external id or user data that it shares with another one, an event by the face that it was matched to.`,
    };
  }
  return {
    name,
    value: `${percent(rankOne.to)} with version ${to}, ${percent(rankOne.from)} with version ${from}`,
    note: `How often the most similar object shows the same person, for ${formatCount(objectsOfPeople)} objects of ${formatCount(people)} known people.`,
  };
}

function peopleWords(people: number): string {
  if (people === 0) return 'nobody';
  return people === 1 ? 'one person' : `${formatCount(people)} people`;
}

function agreementFigure({ agreement }: Comparison, { from, to }: Versions): ExplainedFigure {
  const { share, clear, lead } = agreement;
  const meaning = `Clear means that its score leads the best one of anybody else by ${lead.toFixed(2)} or more, which is one standard deviation of other people’s scores.`;
  return share === null
    ? {
        ...{ name: 'Same answer', value: 'cannot be told' },
        note: `Version ${from} finds no object to which another one is clearly the most similar. ${meaning}`,
      }
    : {
        ...{ name: 'Same answer', value: percent(share) },
        note: `Of ${formatCount(clear)} objects to which version ${from} finds another one clearly the most similar, version ${to} finds the same one, or another one of the same known person, for so many. ${meaning}`,
      };
}

function adviceOf({ fmr, from, to, fmrIfKept, fnmrIfKept }: ThresholdRow, versions: Versions): string {
  const [old, young] = [score(from.threshold), score(to.threshold)];
  const strangers = `as few strangers, ${oneIn(fmr)} pairs, are taken for each other`;
  const missed =
    fnmrIfKept === null ? '' : `, and ${percent(fnmrIfKept)} of the pairs of one person would be missed`;
  if (old === young) return `With version ${versions.to} ${young} may stay: ${strangers}.`;
  return `With version ${versions.to} use ${young} where version ${versions.from} had ${old}: ${strangers}. Were ${old} kept, it would be ${oneIn(fmrIfKept)}${missed}.`;
}

function cautionOf({ pairs, others, thresholds }: Comparison): string {
  const counted =
    others === 'known'
      ? `Strangers are ${formatCount(pairs.other)} pairs of people who are known to be different`
      : `Nobody says of enough objects who they are, so all ${formatCount(pairs.other)} pairs count as strangers that are not known to be the same person`;
  if (thresholds.length === 0) return `${counted}: too few to tell a threshold.`;
  const missed =
    pairs.same === 0
      ? 'how many of the same person are missed cannot be told'
      : `the same person is seen in ${formatCount(pairs.same)} pairs`;
  return `${counted}; ${missed}. A score is the cosine of two descriptors: 1 for the same picture, about 0 for people who have nothing in common.`;
}

function thresholdTable(rows: readonly ThresholdRow[], { from, to }: Versions): FigureTable {
  const missed = (fnmr: number | null): string => (fnmr === null ? 'not known' : percent(fnmr));
  return {
    caption: 'Thresholds that take as few strangers for each other',
    head: [
      'Strangers taken for each other (FMR)',
      `Threshold, version ${from}`,
      `Threshold, version ${to}`,
      `Same person missed (FNMR), version ${from}`,
      `Same person missed (FNMR), version ${to}`,
      `FMR of version ${to} at the old threshold`,
    ],
    rows: rows.map((row) => [
      ...[oneIn(row.fmr), score(row.from.threshold), score(row.to.threshold)],
      ...[missed(row.from.fnmr), missed(row.to.fnmr), oneIn(row.fmrIfKept)],
    ]),
  };
}

const score = (value: number): string => value.toFixed(3).replace('-', '−');

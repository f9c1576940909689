import type {
  AttributesReport,
  DescriptorsReport,
  NetworkReport,
  Recognition,
} from '../../../domain/networks/report.ts';
import { formatBytes, formatCount } from '../../assets/words.js';
import { distribution, type Distribution } from '../../components/distribution/distribution.ts';
import { codeFact, fact, type Fact } from '../../components/facts/facts.ts';

/** A table whose first column names its rows. */
export interface FigureTable {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a check found out about one network. */
export interface ReportView {
  readonly id: string;
  readonly title: string;
  readonly isFit: boolean;
  readonly faults: readonly string[];
  readonly remarks: readonly string[];
  readonly file: readonly Fact[];
  readonly runs: readonly Fact[];
  readonly tensors: FigureTable | null;
  readonly people: string | null;
  readonly recognition: FigureTable | null;
  readonly distribution: Distribution | null;
  readonly trials: FigureTable | null;
  readonly attributes: FigureTable | null;
}

export function reportView(report: NetworkReport): ReportView {
  const { network, descriptors, attributes, faults, remarks, tensors } = report;
  return {
    id: `report-${network.kind}`,
    title: `${network.name}, ${network.kind === 'attributes' ? 'attributes' : `${network.kind} descriptors`}`,
    isFit: faults.length === 0,
    ...{ faults, remarks },
    file: fileFacts(report),
    runs: runFacts(report),
    tensors:
      tensors.length === 0
        ? null
        : {
            caption: 'Inputs and outputs',
            head: ['Name', 'In the file', 'By the entry'],
            rows: tensors.map(({ side, name, inFile, byEntry }) => [`${side} ${name}`, inFile, byEntry]),
          },
    people: descriptors === null ? null : peopleWords(descriptors),
    recognition: descriptors === null ? null : recognitionTable(network.version, descriptors),
    distribution: descriptors?.histogram == null ? null : distribution(descriptors.histogram),
    trials: descriptors === null || descriptors.trials.length === 0 ? null : trialTable(descriptors),
    attributes: attributes === null ? null : attributeTable(attributes),
  };
}

function fileFacts({ network, model }: NetworkReport): Fact[] {
  return [
    codeFact('File', network.model),
    ...(model === null
      ? []
      : [
          fact('Size', formatBytes(model.bytes)),
          fact('Format', `opset ${model.opset ?? '?'}, IR version ${model.irVersion ?? '?'}`),
          codeFact('SHA-256', model.sha256),
          fact('In the entry', model.isNamed ? 'the same SHA-256' : 'no SHA-256'),
        ]),
  ];
}

function runFacts({ network, opened, speed, descriptors }: NetworkReport): Fact[] {
  return [
    ...(opened === null ? [] : [fact('Opened', `in ${Math.round(opened.seconds * 1_000)} ms`)]),
    ...(speed === null
      ? []
      : [
          fact('Alone', `${speed.aloneMs.toFixed(1)} ms a sample`),
          fact(
            `In batches of ${network.batch}`,
            `${speed.inBatchMs.toFixed(1)} ms per sample, including decoding`,
          ),
          fact(
            'Memory',
            `${formatBytes(speed.memoryBytes)} of a process with ${network.threads === 1 ? 'one thread' : `${network.threads} threads`}`,
          ),
        ]),
    ...(descriptors === null ? [] : descriptorFacts(descriptors)),
  ];
}

function descriptorFacts({ length, norms, notNumbers, zeros }: DescriptorsReport): Fact[] {
  return [
    fact('Length', `${formatCount(length)} numbers`),
    ...(norms === null
      ? []
      : [
          fact(
            'Norm',
            `${[norms.min, norms.median, norms.max].map((norm) => norm.toPrecision(4)).join(', ')} (min, median, max) before scaling to 1`,
          ),
        ]),
    fact('Not a number', `in ${notNumbers} samples; all zeros in ${zeros}`),
  ];
}

function peopleWords({ samples, people, copiedPeople }: DescriptorsReport): string {
  const who = copiedPeople === people ? 'each' : `${copiedPeople} of them`;
  const copied = copiedPeople === 0 ? '' : `, ${who} in jittered copies of one picture`;
  return `${formatCount(samples)} samples of ${formatCount(people)} people${copied}.`;
}

const figures: readonly (readonly [name: string, of: (one: Recognition) => string])[] = [
  ['Mean cosine, the same person', ({ meanSame }) => meanSame.toFixed(3)],
  ['Mean cosine, other people', ({ meanOther }) => meanOther.toFixed(3)],
  ['d′ (decidability)', ({ dPrime }) => dPrime.toFixed(2)],
  ['EER (equal error rate)', ({ eer }) => percent(eer)],
  ['TAR at FAR 1 %', ({ tarAtFar }) => percent(tarAtFar['0.01'])],
  ['TAR at FAR 0.1 %', ({ tarAtFar }) => percent(tarAtFar['0.001'])],
  ['Rank-1', ({ rankOne }) => percent(rankOne)],
];

function recognitionTable(
  version: number,
  { recognition, reference }: DescriptorsReport,
): FigureTable | null {
  if (recognition === null) return null;
  const compared = reference?.recognition ?? null;
  return {
    caption: 'How well people are separated',
    head: [
      'Figure',
      `Version ${version}`,
      ...(reference === null ? [] : [`Version ${reference.version}, the default`]),
    ],
    rows: figures.map(([name, of]) => [
      ...[name, of(recognition)],
      ...(reference === null ? [] : [compared === null ? 'cannot be run' : of(compared)]),
    ]),
  };
}

function trialTable({ trials }: DescriptorsReport): FigureTable {
  return {
    caption: 'Other inputs, on coarse, half covered or noisy copies',
    head: ['Entry', 'EER', 'd′', 'Mean cosine, other people'],
    rows: trials.map(({ text, result }) => [
      text ?? 'as it is',
      ...(result === null
        ? ['–', '–', '–']
        : [percent(result.eer), result.dPrime.toFixed(2), result.meanOther.toFixed(3)]),
    ]),
  };
}

function attributeTable({ people }: AttributesReport): FigureTable {
  const hasEmotions = people.some(({ emotions }) => emotions !== null);
  return {
    caption: 'Attributes of the people in the photos',
    head: ['Person', 'Age', 'Gender (1: male)', ...(hasEmotions ? ['Strongest emotion'] : [])],
    rows: people.map(({ identity, age, gender, emotions }) => [
      ...[identity, age.toFixed(1), gender.toFixed(2)],
      ...(hasEmotions ? [strongest(emotions ?? {})] : []),
    ]),
  };
}

function strongest(emotions: Readonly<Record<string, number>>): string {
  const [first] = Object.entries(emotions).sort(([, one], [, other]) => other - one);
  return first === undefined ? '' : `${first[0]} ${first[1].toFixed(2)}`;
}

const percent = (share: number | null): string =>
  share === null ? 'too few' : `${(share * 100).toFixed(1)} %`;

import type { DescriptorsReport, NetworkReport, Recognition } from '../../domain/networks/report.ts';
import { attributeLines } from './attributeText.ts';
import { histogramLines } from './bars.ts';
import { modelLines } from './modelText.ts';
import { figureTable, wrapped } from './textLayout.ts';

/** A check as lines for a terminal, a hundred columns wide. */
export function reportLines(report: NetworkReport, notes: readonly string[]): string[] {
  const { network, descriptors, attributes, faults, remarks } = report;
  const lines = [`${network.kind} version ${network.version} (${network.name})`, '', ...modelLines(report)];
  if (descriptors !== null) lines.push(...descriptorLines(report, descriptors));
  if (attributes !== null) lines.push('', ...attributeLines(attributes));
  const said = [...notes, ...remarks];
  if (said.length > 0) lines.push('', ...said.flatMap((sentence) => wrapped(`Note: ${sentence}`)));
  const verdict =
    faults.length === 0
      ? ['Fit for use.']
      : ['Not fit for use:', ...faults.flatMap((fault) => wrapped(`- ${fault}`))];
  return [...lines, '', ...verdict];
}

function descriptorLines({ network }: NetworkReport, descriptors: DescriptorsReport): string[] {
  const { people, samples, norms, recognition, reference, histogram, notNumbers, zeros } = descriptors;
  const lines = [
    '',
    `${samples} samples of ${people} people${copiedText(descriptors)}`,
    `  ${descriptors.length} numbers each; NaN in ${notNumbers} samples, all zeros in ${zeros}`,
  ];
  if (norms !== null) {
    const shown = [norms.min, norms.median, norms.max].map((norm) => norm.toPrecision(4)).join(', ');
    lines.push(`  norm before scaling to 1: ${shown} (min, median, max)`);
  }
  if (recognition !== null) lines.push('', ...recognitionLines(network.version, recognition, reference));
  if (histogram !== null) lines.push('', ...histogramLines(histogram));
  return descriptors.trials.length === 0 ? lines : [...lines, '', ...trialLines(descriptors)];
}

function copiedText({ people, copiedPeople }: DescriptorsReport): string {
  if (copiedPeople === 0) return '';
  const who = copiedPeople === people ? 'each' : `${copiedPeople} of them`;
  return `: ${who} in jittered copies of one picture`;
}

function recognitionLines(
  version: number,
  own: Recognition,
  reference: DescriptorsReport['reference'],
): string[] {
  const compared = reference?.recognition ?? null;
  const figures: readonly [name: string, of: (one: Recognition) => string][] = [
    ['mean cosine, the same person', ({ meanSame }) => meanSame.toFixed(3)],
    ['mean cosine, other people', ({ meanOther }) => meanOther.toFixed(3)],
    ['d′ (decidability)', ({ dPrime }) => dPrime.toFixed(2)],
    ['EER (equal error rate)', ({ eer }) => percent(eer)],
    ['TAR at FAR 1 %', ({ tarAtFar }) => percent(tarAtFar['0.01'])],
    ['TAR at FAR 0.1 %', ({ tarAtFar }) => percent(tarAtFar['0.001'])],
    ['rank-1', ({ rankOne }) => percent(rankOne)],
  ];
  const head = ['', `version ${version}`];
  if (reference !== null) head.push(`version ${reference.version}, the default`);
  return figureTable(
    head,
    figures.map(([name, of]) => [
      ...[name, of(own)],
      ...(reference === null ? [] : [compared === null ? 'cannot be run' : of(compared)]),
    ]),
  );
}

function trialLines({ trials }: DescriptorsReport): string[] {
  const rows = trials.map(({ text, result }) => [
    text ?? 'as the entry says',
    ...(result === null
      ? ['nothing to compare', '', '']
      : [percent(result.eer), result.dPrime.toFixed(2), result.meanOther.toFixed(3)]),
  ]);
  return [
    'Other inputs, on coarse, half covered or noisy copies',
    ...figureTable(['', 'EER', 'd′', 'mean cosine, other people'], rows),
  ];
}

const percent = (share: number | null): string =>
  share === null ? 'too few' : `${(share * 100).toFixed(1)} %`;

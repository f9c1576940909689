import type { DescriptorsReport, Trial, TrialResult } from '../../domain/networks/report.ts';
import { alikeFrom, isClearlyBetter } from './trial.ts';

/** On jittered copies, which are nearly the same picture; the built-in networks have 0 to 2 %. */
const mostEer = 0.1;

/** Sentences that speak against a network, of what was measured alone. */
export function descriptorFaults(report: DescriptorsReport): string[] {
  const { samples, notNumbers, zeros, recognition } = report;
  const faults: string[] = [];
  if (notNumbers > 0) faults.push(`${notNumbers} of ${samples} samples give NaN or infinity.`);
  if (zeros > 0) faults.push(`${zeros} of ${samples} samples give all zeros.`);
  if (recognition === null) {
    faults.push('There are no descriptors of two people to compare.');
    return faults;
  }
  const { meanOther, eer } = recognition;
  const mistake = findMistake(report.trials);
  if (meanOther >= alikeFrom) {
    const hint = mistake === null ? '; no other scale or channel order that was tried separates them' : '';
    faults.push(`Different people look the same: their mean cosine is ${meanOther.toFixed(3)}${hint}.`);
  } else if (eer > mostEer) {
    faults.push(`People are barely separated: the EER is ${percent(eer)}.`);
  }
  return faults;
}

/** What the best of the other ways of feeding tells, where it is clearly better; null: the entry's is as good. */
export function findMistake(trials: readonly Trial[]): string | null {
  const entry = trials.find(({ what }) => what === 'entry')?.result ?? null;
  if (entry === null) return null;
  const better = trials
    .filter(({ what, result }) => what !== 'entry' && result !== null && isClearlyBetter(result, entry))
    .sort((one, other) => (one.result?.eer ?? 1) - (other.result?.eer ?? 1))[0];
  return better === undefined || better.result === null ? null : sentenceOf(better, better.result, entry);
}

function sentenceOf({ what, text }: Trial, result: TrialResult, entry: TrialResult): string {
  const measured = `With ${text ?? ''} people are separated better: on hard copies the EER is ${percent(result.eer)} instead of ${percent(entry.eer)}, and d′ is ${result.dPrime.toFixed(1)} instead of ${entry.dPrime.toFixed(1)}`;
  return what === 'channels'
    ? `${measured}. The network probably expects that channel order: red and blue are swapped.`
    : `${measured}. The network probably expects pixels of that scale.`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

import { formatCount } from '../../assets/words.js';
import type { StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import type { NetworkCheckShape } from '../../shapes.ts';

export interface CheckWords {
  readonly badge: StatusBadge;
  /** One line; empty where the badge says it all. */
  readonly text: string;
}

/** What has come of a check, or how far it is. */
export function checkWords(check: NetworkCheckShape): CheckWords {
  const { state, is_fit, faults, failure, attempts } = check;
  switch (state) {
    case 'waiting':
      return {
        badge: { text: 'Waiting', tone: 'neutral', lively: true },
        text: 'It starts as soon as an extracting worker is free.',
      };
    case 'running':
      return {
        badge: { text: 'Being checked', tone: 'active', lively: true },
        text: [runsOf(check), attempts > 1 ? `attempt ${attempts}, after a worker was lost` : '']
          .filter((words) => words !== '')
          .join('; '),
      };
    case 'failed':
      return {
        badge: { text: 'Not checked', tone: 'waiting', lively: false },
        text: failure?.detail ?? '',
      };
    case 'done':
      return is_fit === true
        ? { badge: { text: 'Fit', tone: 'good', lively: false }, text: '' }
        : {
            badge: { text: 'Not fit', tone: 'bad', lively: false },
            text: `${faults[0] ?? ''}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`,
          };
  }
}

function runsOf({ runs_done, runs_expected }: NetworkCheckShape): string {
  if (runs_done === null || runs_expected === null) return 'opening the file and finding faces';
  return `${formatCount(runs_done)} of ${formatCount(runs_expected)} runs`;
}

/** Whether it may still change. */
export const isUnderWay = (check: NetworkCheckShape | null): boolean =>
  check?.state === 'waiting' || check?.state === 'running';

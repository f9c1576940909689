import { stepAfter, upgradeSteps } from '../../../domain/upgrades/upgrade.ts';
import { formatCount, formatDuration } from '../../assets/words.js';
import { progress, type Progress } from '../../components/progress/progress.ts';
import type { StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { clock, time, type Clock, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { TaskShape } from '../../shapes.ts';
import type { UpgradeShape } from './upgradeShape.ts';
import { objectsWords, repeatTitle, runningWords, stepTitle, titleOf, upgradeBadge } from './upgradeWords.ts';

/** The answers to what somebody asks of an upgrade: how far it is, when it will be done, whether the old version may go. */
export interface UpgradeCard {
  readonly title: string;
  readonly about: string;
  readonly href: string;
  readonly badge: StatusBadge;
  /** Null: nothing is counted yet. */
  readonly progress: Progress | null;
  /** Such as "62 % of faces have version 3". */
  readonly sentence: string;
  /** When the tasks under way will be done; null: that cannot be told, or none is. */
  readonly done: { readonly left: string; readonly time: Clock } | null;
  /** Where the open errors of its tasks stand, and can be retried. */
  readonly failed: { readonly text: string; readonly href: string } | null;
  readonly safe: { readonly text: string; readonly isSafe: boolean };
  readonly next: string | null;
  /** Of one that is done: until when it can be rolled back all the same; null: it cannot. */
  readonly undoUntil: Time | null;
  readonly reasons: readonly string[];
  /** In front of the tab's title while something is counted; empty: nothing is. */
  readonly tab: string;
}

export function upgradeCard(upgrade: UpgradeShape, now: Date): UpgradeCard {
  const { progress: counted, state, objects, task_ids } = upgrade;
  const bar = barOf(upgrade);
  const eta = state === 'running' ? (counted?.eta_seconds ?? null) : null;
  const failed = counted?.objects_failed ?? 0;
  return {
    title: titleOf(upgrade),
    about: objectsWords(objects),
    href: paths.upgrade(upgrade.upgrade_id),
    badge: upgradeBadge(upgrade),
    progress: bar,
    sentence: sentenceOf(upgrade, bar),
    done:
      eta === null
        ? null
        : {
            left: formatDuration(eta),
            time: clock(new Date(now.getTime() + 1_000 * eta).toISOString(), now),
          },
    failed:
      failed === 0
        ? null
        : {
            text: `${formatCount(failed)} failed`,
            href: paths.errors({ task_ids: task_ids.join(',') }),
          },
    safe: safetyOf(upgrade),
    next: nextOf(upgrade),
    undoUntil: undoUntil(upgrade),
    reasons: upgrade.reasons,
    tab: bar === null || !isCounting(upgrade) ? '' : `${bar.percent} %`,
  };
}

/** Of the objects that have come to what they shall, so that the figure is what the sentence says; failures are only drawn. */
function barOf(upgrade: UpgradeShape): Progress | null {
  const { progress: counted, state } = upgrade;
  // What puts back is among the tasks of a removal.
  if (counted === null || state === 'rolling_back' || state === 'rolled_back') return null;
  const { objects_expected, objects_done, objects_failed, objects_skipped } = counted;
  const bar = progress({ task_id: 0, state: barState(upgrade), progress: counted });
  const reached = objects_done + objects_skipped;
  const whole = Math.max(objects_expected, reached + objects_failed);
  return {
    ...bar,
    label: 'Progress of the upgrade',
    percent: whole === 0 ? bar.percent : Math.min(bar.percent, Math.floor((100 * reached) / whole)),
    words: whole === 0 ? bar.words : `${formatCount(reached)} of ${formatCount(whole)}`,
  };
}

/** While objects are dealt with more may be found, and 100 % is not said. */
function barState(upgrade: UpgradeShape): TaskShape['state'] {
  if (upgrade.state === 'paused') return 'paused';
  return isCounting(upgrade) ? 'running' : 'done';
}

const isCounting = ({ state, step, counted_step }: UpgradeShape): boolean =>
  state === 'running' && step === counted_step;

function sentenceOf(upgrade: UpgradeShape, bar: Progress | null): string {
  const { from_version, to_version, step, state, objects, counted_step } = upgrade;
  if (state === 'rolling_back') return `Rolling back to version ${from_version}`;
  if (state === 'rolled_back') return `Rolled back to version ${from_version}`;
  if (bar === null) {
    if (state === 'running') return `${runningWords[step]} version ${to_version}`;
    return step === 'check' ? `Version ${to_version} is being checked` : stepTitle(step, upgrade);
  }
  if (counted_step === 'remove') return `${bar.percent} % of version ${from_version} removed`;
  return `${bar.percent} % of ${objectsWords(objects)} have version ${to_version}`;
}

/** Whether the old version may be removed now. */
function safetyOf(upgrade: UpgradeShape): UpgradeCard['safe'] {
  const { state, step, from_version, to_version, counted_step, progress: counted } = upgrade;
  if (state === 'done') return { isSafe: true, text: `Version ${from_version} is removed` };
  if (state === 'rolled_back')
    return { isSafe: false, text: `Keep version ${from_version}: it is the default` };
  if (state === 'rolling_back')
    return { isSafe: false, text: `Keep version ${from_version}: the upgrade is being rolled back` };
  if (step === 'remove') {
    const how = state === 'running' ? 'being' : 'partly';
    return counted_step === 'remove'
      ? { isSafe: true, text: `Version ${from_version} is ${how} removed` }
      : { isSafe: true, text: `Safe to remove version ${from_version}` };
  }
  const notYet = (why: string) => ({
    isSafe: false,
    text: `Not safe to remove version ${from_version} yet: ${why}`,
  });
  if (step === 'watch') return notYet('late objects are still being watched for');
  if (step === 'switch') return notYet(`version ${to_version} is not the default`);
  if (step === 'verify') return notYet('the extract is not verified');
  if (counted === null || counted.objects_expected === 0)
    return notYet(`nothing has version ${to_version} yet`);
  const have = counted.objects_done + counted.objects_skipped;
  const lacking = Math.max(0, counted.objects_expected - have);
  const share = Math.ceil((100 * lacking) / counted.objects_expected);
  return notYet(lacking === 0 ? 'the extract is not verified' : `${share} % lack version ${to_version}`);
}

function nextOf(upgrade: UpgradeShape): string | null {
  const { state, step, waits_for, settings, from_version } = upgrade;
  if (state === 'done' || state === 'rolled_back') return null;
  if (state === 'rolling_back') return `version ${from_version} is the default once the tasks have ended`;
  if (state === 'paused') return 'resume the upgrade';
  if (waits_for === 'approval') return `${lower(stepTitle(step, upgrade))}, once you approve it`;
  if (waits_for === 'decision') return `${lower(repeatTitle(step))}, or accept this and go on`;
  const next = stepAfter(step);
  if (next === null) return null;
  const approval = settings.approve_before.includes(next) ? ', once you approve it' : '';
  return `${lower(stepTitle(next, upgrade))}${approval} (step ${upgradeSteps.indexOf(next) + 1} of ${upgradeSteps.length})`;
}

const undoUntil = ({ state, actions, undo_until }: UpgradeShape): Time | null =>
  state === 'done' && actions.includes('roll_back') && undo_until !== null ? time(undo_until) : null;

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

import { stepAfter, upgradeSteps } from '../../../domain/upgrades/upgrade.ts';
import { formatCount, formatDuration } from '../../assets/words.js';
import { progress, type Progress } from '../../components/progress/progress.ts';
import type { StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { TaskShape, UpgradeShape } from '../../shapes.ts';
import { objectsWords, stepTitle, titleOf, upgradeBadge } from './upgradeWords.ts';

/** The answers to what somebody asks of an upgrade: how far it is, when it will be done, whether the old version may go. */
export interface UpgradeCard {
  readonly title: string;
  readonly about: string;
  readonly href: string;
  readonly badge: StatusBadge;
  /** Null: nothing is counted yet. */
  readonly progress: Progress | null;
  /** Such as "62 % extracted". */
  readonly sentence: string;
  /** When the tasks under way will be done; null: that cannot be told, or none is. */
  readonly done: { readonly left: string; readonly time: Time } | null;
  readonly failed: { readonly text: string; readonly href: string } | null;
  readonly safe: { readonly text: string; readonly isSafe: boolean };
  readonly next: string | null;
  readonly reasons: readonly string[];
  /** In front of the tab's title while something is counted; empty: nothing is. */
  readonly tab: string;
}

export function upgradeCard(upgrade: UpgradeShape, now: Date): UpgradeCard {
  const { progress: counted, state, objects } = upgrade;
  const bar =
    counted === null
      ? null
      : {
          ...progress({ task_id: 0, state: barState(upgrade), progress: counted }),
          label: 'Progress of the upgrade',
        };
  const eta = state === 'running' ? (counted?.eta_seconds ?? null) : null;
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
        : { left: formatDuration(eta), time: time(new Date(now.getTime() + 1_000 * eta).toISOString()) },
    failed:
      counted === null || counted.objects_failed === 0
        ? null
        : {
            text: `${formatCount(counted.objects_failed)} failed`,
            href: paths.upgrade(upgrade.upgrade_id),
          },
    safe: safetyOf(upgrade),
    next: nextOf(upgrade),
    reasons: upgrade.reasons,
    tab: bar === null || !isCounting(upgrade) ? '' : `${bar.percent} %`,
  };
}

/** The newest step that has tasks stands for the bar. */
const isRemoving = ({ step, progress }: UpgradeShape): boolean => step === 'remove' && progress !== null;

/** While objects are dealt with more may be found, and 100 % is not said. */
function barState(upgrade: UpgradeShape): TaskShape['state'] {
  if (upgrade.state === 'paused') return 'paused';
  return isCounting(upgrade) ? 'running' : 'done';
}

const isCounting = ({ state, step }: UpgradeShape): boolean =>
  state === 'running' && (step === 'extract' || step === 'remove');

function sentenceOf(upgrade: UpgradeShape, bar: Progress | null): string {
  const { from_version, to_version, step } = upgrade;
  if (bar === null) return stepTitle(step, upgrade);
  const isOfRemoval = isRemoving(upgrade) && upgrade.waits_for !== 'approval';
  return isOfRemoval
    ? `${bar.percent} % of version ${from_version} removed`
    : `${bar.percent} % have version ${to_version}`;
}

/** Whether the old version may be removed now. */
function safetyOf(upgrade: UpgradeShape): UpgradeCard['safe'] {
  const { state, step, from_version, to_version, waits_for, progress: counted } = upgrade;
  if (state === 'done') return { isSafe: true, text: `Version ${from_version} is removed` };
  if (state === 'rolled_back')
    return { isSafe: false, text: `Keep version ${from_version}: it is the default again` };
  const notYet = (why: string) => ({
    isSafe: false,
    text: `Not safe to remove version ${from_version} yet: ${why}`,
  });
  if (step === 'remove') {
    return waits_for === 'approval'
      ? { isSafe: true, text: `Safe to remove version ${from_version}, once you approve it` }
      : { isSafe: true, text: `Version ${from_version} is being removed` };
  }
  if (step === 'watch') return notYet('late objects are still looked for');
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
  const { state, step, waits_for, settings } = upgrade;
  if (state === 'done' || state === 'rolled_back') return null;
  if (state === 'rolling_back') return 'The default is switched back when its tasks have ended';
  if (state === 'paused') return 'Resume it to go on';
  if (waits_for === 'approval') return `${stepTitle(step, upgrade)}: waits for your approval`;
  if (waits_for === 'decision') return 'Repeat the step, or accept it as it is';
  const next = stepAfter(step);
  if (next === null) return null;
  const approval = settings.approve_before.includes(next) ? ', after your approval' : '';
  return `${stepTitle(next, upgrade)}${approval} (step ${upgradeSteps.indexOf(next) + 1} of ${upgradeSteps.length})`;
}

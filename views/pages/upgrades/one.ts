import type { StepReport } from '../../../domain/upgrades/stepReport.ts';
import { upgradeSteps, type UpgradeStep } from '../../../domain/upgrades/upgrade.ts';
import type { StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { taskTable, type TaskTable } from '../../components/taskTable/taskTable.ts';
import { fact, type Fact } from '../../components/facts/facts.ts';
import { formatDuration, formatPercent } from '../../assets/words.js';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { TaskShape } from '../../shapes.ts';
import type { UpgradeShape, UpgradeStepShape } from './upgradeShape.ts';
import { trialView, type TrialView } from './trialView.ts';
import { upgradeCard, type UpgradeCard } from './upgradeCard.ts';
import { upgradeControls, type UpgradeControls } from './upgradeControls.ts';
import { objectsWords, stepBadge, stepTitle, titleOf } from './upgradeWords.ts';
import { verificationView, type VerificationView } from './verificationView.ts';

export interface UpgradeInput {
  readonly now: Date;
  readonly upgrade: UpgradeShape;
  /** From the first to the newest. */
  readonly steps: readonly { readonly step: UpgradeStepShape; readonly report: StepReport }[];
  readonly tasks: readonly TaskShape[];
}

export interface UpgradePage {
  readonly head: PageHead;
  readonly title: string;
  readonly card: UpgradeCard;
  readonly controls: UpgradeControls;
  readonly steps: readonly StepView[];
  readonly tasks: TaskTable;
  readonly trial: TrialView | null;
  readonly verification: VerificationView | null;
  readonly about: readonly Fact[];
  readonly begun: { readonly who: string; readonly time: Time };
  readonly json: string;
  readonly networks: string;
  readonly events: string;
  /** Seconds. */
  readonly lookAgain: number;
}

/** One of all steps, whether it has come or not; of several times the last. */
export interface StepView {
  readonly title: string;
  /** Null: it has not been reached. */
  readonly badge: StatusBadge | null;
  /** Of a watch. */
  readonly until: Time | null;
  readonly note: string | null;
  readonly reasons: readonly string[];
  readonly time: Time | null;
  readonly check: string | null;
  /** Where it can be done again, with all that comes after it; null: it cannot. */
  readonly repeat: string | null;
}

export function upgradePage({ now, upgrade, steps, tasks }: UpgradeInput): UpgradePage {
  const card = upgradeCard(upgrade, now);
  const title = titleOf(upgrade);
  const last = <Found>(find: (report: StepReport) => Found | undefined): Found | null =>
    steps.map(({ report }) => find(report)).findLast((found) => found !== undefined) ?? null;
  const trial = last(({ trial: found }) => found);
  const verification = last(({ verification: found }) => found);
  const goesOn = upgrade.state === 'running' || upgrade.state === 'rolling_back';
  return {
    head: { title: card.tab === '' ? title : `${card.tab} · ${title}`, section: 'networks' },
    ...{ title, card },
    controls: upgradeControls(upgrade),
    steps: upgradeSteps.map((step) =>
      stepView(
        upgrade,
        step,
        steps.map((one) => one.step),
      ),
    ),
    tasks: taskTable('Tasks of the upgrade', [...tasks], 'created'),
    trial: trial === null ? null : trialView(trial),
    verification: verification === null ? null : verificationView(verification),
    about: aboutOf(upgrade),
    begun: { who: upgrade.login, time: time(upgrade.create_time) },
    json: paths.upgradeJson(upgrade.upgrade_id),
    networks: paths.networks,
    events: paths.allTaskEvents,
    lookAgain: goesOn ? 2 : 30,
  };
}

function stepView(upgrade: UpgradeShape, step: UpgradeStep, steps: readonly UpgradeStepShape[]): StepView {
  const times = steps.filter((one) => one.step === step);
  const row = times.at(-1);
  // Those after one that is done again have to come anew.
  const isPast = upgradeSteps.indexOf(step) > upgradeSteps.indexOf(upgrade.step);
  const title = stepTitle(step, upgrade);
  if (row === undefined || isPast) {
    const needsApproval = upgrade.settings.approve_before.includes(step);
    return {
      ...{ title, badge: null, until: null, reasons: [], time: null, check: null, repeat: null },
      note: needsApproval ? 'starts after your approval' : null,
    };
  }
  const isOver = upgrade.state === 'done' || upgrade.state === 'rolled_back';
  const isEarlier = step !== upgrade.step && upgrade.actions.includes('repeat');
  return {
    title,
    badge: stepBadge(row.state, isOver),
    until: row.due_time !== null && row.state === 'running' && !isOver ? time(row.due_time) : null,
    note: noteOf(row, times.length),
    reasons: row.reasons,
    time: row.end_time !== null ? time(row.end_time) : row.start_time === null ? null : time(row.start_time),
    check: row.check_id === null ? null : paths.network(upgrade.to_version),
    repeat: isEarlier ? paths.upgradeAction(upgrade.upgrade_id, 'repeat', step) : null,
  };
}

function noteOf({ decided_by }: UpgradeStepShape, times: number): string | null {
  const notes = [
    ...(decided_by === null ? [] : [`approved by ${decided_by}`]),
    ...(times > 1 ? [`done ${times} times`] : []),
  ];
  return notes.length === 0 ? null : notes.join(', ');
}

function aboutOf({ settings, objects, kind }: UpgradeShape): Fact[] {
  const { approve_before, min_coverage, max_failed, watch_seconds, undo_window } = settings;
  const { objects_per_second, priority } = settings;
  return [
    fact('Descriptors', kind === 'face' ? 'of faces' : 'of bodies'),
    fact('Objects', objectsWords(objects)),
    fact('Waits for approval before', approve_before.length === 0 ? 'nothing' : approve_before.join(', ')),
    fact(
      'Goes on by itself',
      `from ${formatPercent(min_coverage)} coverage, up to ${formatPercent(max_failed)} failed`,
    ),
    fact('Watch', `for ${formatDuration(watch_seconds)} after the switch`),
    fact(
      'Removed descriptors',
      undo_window === null ? 'is removed permanently' : `can be restored for ${undo_window}`,
    ),
    fact('Rate', objects_per_second === null ? 'no limit' : `${objects_per_second}/s`),
    fact('Priority', String(priority)),
  ];
}

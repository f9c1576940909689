import type {
  StepState,
  UpgradeObjects,
  UpgradeState,
  UpgradeStep,
} from '../../../domain/upgrades/upgrade.ts';
import type { VersionPair } from '../../../domain/upgrades/verification.ts';
import type { StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import type { UpgradeShape } from './upgradeShape.ts';

type Versions = Pick<UpgradeShape, 'from_version' | 'to_version'>;

/** What each step does, as an order. */
export function stepTitle(step: UpgradeStep, { from_version, to_version }: Versions): string {
  switch (step) {
    case 'check':
      return `Check version ${to_version}`;
    case 'extract':
      return `Extract version ${to_version}`;
    case 'verify':
      return 'Verify the extract';
    case 'switch':
      return `Make version ${to_version} the default`;
    case 'watch':
      return 'Watch for late objects';
    case 'remove':
      return `Remove version ${from_version}`;
  }
}

export const repeatTitle = (step: UpgradeStep): string =>
  step === 'watch' ? 'Start the watch again' : `${step.charAt(0).toUpperCase()}${step.slice(1)} again`;

/** What it does now. */
export const runningWords: Readonly<Record<UpgradeStep, string>> = {
  check: 'Checking',
  extract: 'Extracting',
  verify: 'Verifying',
  switch: 'Switching',
  watch: 'Watching',
  remove: 'Removing',
};

const badges: Readonly<Record<Exclude<UpgradeState, 'running'>, StatusBadge>> = {
  waiting: { text: 'Needs you', tone: 'waiting', lively: false },
  paused: { text: 'Paused', tone: 'waiting', lively: false },
  rolling_back: { text: 'Rolling back', tone: 'waiting', lively: true },
  rolled_back: { text: 'Rolled back', tone: 'neutral', lively: false },
  done: { text: 'Done', tone: 'good', lively: false },
};

export function upgradeBadge({ state, step }: Pick<UpgradeShape, 'state' | 'step'>): StatusBadge {
  return state === 'running' ? { text: runningWords[step], tone: 'active', lively: true } : badges[state];
}

const stepBadges: Readonly<Record<StepState, StatusBadge>> = {
  waiting: { text: 'Needs approval', tone: 'waiting', lively: false },
  running: { text: 'Under way', tone: 'active', lively: true },
  undecided: { text: 'Needs a decision', tone: 'bad', lively: false },
  done: { text: 'Done', tone: 'good', lively: false },
};

/** `isOver`: nothing of the upgrade goes on any more. */
export function stepBadge(state: StepState, isOver: boolean): StatusBadge {
  return isOver && state !== 'done' ? { text: 'Ended', tone: 'neutral', lively: false } : stepBadges[state];
}

export const objectsWords = (objects: readonly string[]): string => objects.join(' and ');

export const titleOf = ({ kind, from_version, to_version }: Versions & Pick<UpgradeShape, 'kind'>): string =>
  `${kind === 'face' ? 'Version' : 'Body version'} ${from_version} → ${to_version}`;

/** An upgrade's objects, as a title names them. */
export const objectsOf = (objects: UpgradeObjects, kind: VersionPair['kind']): string =>
  kind === 'body' ? `${objects}, by their bodies` : objects;

export const oneOf = (objects: UpgradeObjects): string => (objects === 'faces' ? 'face' : 'event');

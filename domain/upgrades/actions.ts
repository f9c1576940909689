import { DomainError } from '../errors.ts';
import { type StepState, type UpgradeState, type UpgradeStep, upgradeSteps } from './upgrade.ts';

export const upgradeActions = ['approve', 'repeat', 'pause', 'resume', 'roll_back'] as const;
export type UpgradeAction = (typeof upgradeActions)[number];

/** Where an upgrade stands, as far as an admin's action depends on it. */
export interface UpgradePlace {
  readonly state: UpgradeState;
  readonly step: UpgradeStep;
  readonly stepState: StepState;
  /** Whether descriptors of the old version are gone, and cannot be put back. */
  readonly isRemoved: boolean;
}

/** What an admin may do now. */
export function actionsAt(place: UpgradePlace): UpgradeAction[] {
  return upgradeActions.filter((action) => whyNot(place, action) === null);
}

/** @throws DomainError cannotActOnUpgrade */
export function requireAction(place: UpgradePlace, action: UpgradeAction): void {
  const why = whyNot(place, action);
  if (why !== null) throw new DomainError('cannotActOnUpgrade', why);
}

/** The step that is done again: the one that is said, or the present one. @throws DomainError cannotActOnUpgrade */
export function stepToRepeat(place: UpgradePlace, wanted: UpgradeStep | undefined): UpgradeStep {
  const step = wanted ?? place.step;
  if (upgradeSteps.indexOf(step) > upgradeSteps.indexOf(place.step)) {
    throw new DomainError('cannotActOnUpgrade', `the step ${step} has not been reached`);
  }
  return step;
}

function whyNot({ state, step, stepState, isRemoved }: UpgradePlace, action: UpgradeAction): string | null {
  if (action === 'roll_back') {
    if (state === 'rolled_back' || state === 'rolling_back') return `the upgrade is ${words[state]}`;
    return isRemoved ? 'descriptors of the old version have been removed permanently' : null;
  }
  if (state === 'done' || state === 'rolled_back' || state === 'rolling_back')
    return `the upgrade is ${words[state]}`;
  switch (action) {
    case 'approve':
      return state === 'waiting' ? null : 'nothing is waiting for approval';
    case 'repeat':
      if (state === 'paused') return 'the upgrade is paused; resume it first';
      return stepState === 'running' && step !== 'watch' ? `the step ${step} is in progress` : null;
    case 'pause':
      return state === 'paused' ? 'the upgrade is already paused' : null;
    case 'resume':
      return state === 'paused' ? null : 'the upgrade is not paused';
  }
}

const words = { done: 'done', rolled_back: 'rolled back', rolling_back: 'being rolled back' } as const;

export function upgradeNotFound(upgradeId: number): DomainError {
  return new DomainError('upgradeNotFound', `upgrade ${upgradeId}`);
}

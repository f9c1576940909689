import type { Confirm } from '../../components/confirm/confirm.ts';
import { paths } from '../../paths.ts';
import type { UpgradeShape } from './upgradeShape.ts';
import { repeatTitle, stepTitle } from './upgradeWords.ts';

/** In their order: what is asked for before what is possible, too. */
export interface UpgradeControls {
  readonly strong: readonly Button[];
  readonly approval: Confirm | null;
  readonly others: readonly Button[];
  readonly rollBack: Confirm | null;
}

interface Button {
  readonly text: string;
  readonly action: string;
}

/** What can be done with it now: by the same rules as the API's, so that no button ends in a refusal. */
export function upgradeControls(upgrade: UpgradeShape): UpgradeControls {
  const { upgrade_id, actions, step, from_version, waits_for } = upgrade;
  const can = (action: UpgradeShape['actions'][number]): boolean => actions.includes(action);
  const button = (text: string, action: UpgradeShape['actions'][number]): Button[] =>
    can(action) ? [{ text, action: paths.upgradeAction(upgrade_id, action) }] : [];
  const isRisky = waits_for === 'decision' || step === 'remove';
  // What waits for its approval has not been done yet.
  const repeat = waits_for === 'approval' ? [] : button(repeatTitle(step), 'repeat');
  return {
    strong: [
      ...(isRisky ? [] : button(`${stepTitle(step, upgrade)} now`, 'approve')),
      ...button('Resume', 'resume'),
      ...(waits_for === 'decision' ? repeat : []),
    ],
    approval: can('approve') && isRisky ? approval(upgrade) : null,
    others: [...(waits_for === 'decision' ? [] : repeat), ...button('Pause', 'pause')],
    rollBack: can('roll_back')
      ? {
          text: 'Roll back…',
          consequence: `Cancels its tasks and makes version ${from_version} the default again. Extracted descriptors are kept.`,
          action: paths.upgradeAction(upgrade_id, 'roll_back'),
          button: 'Roll back',
        }
      : null,
  };
}

function approval(upgrade: UpgradeShape): Confirm {
  const { upgrade_id, step, from_version, to_version, waits_for, settings } = upgrade;
  const action = paths.upgradeAction(upgrade_id, 'approve');
  if (waits_for === 'decision') {
    return {
      ...{ text: 'Accept and go on…', button: 'Accept and go on', action },
      consequence:
        'The upgrade continues although the rules are not satisfied. Your login is recorded with the step.',
    };
  }
  const window = settings.undo_window;
  const back = window === null ? 'They cannot be restored.' : `They can be restored for ${window}.`;
  return {
    ...{ text: `${stepTitle(step, upgrade)}…`, button: stepTitle(step, upgrade), action },
    consequence: `All descriptors of version ${from_version} are removed. Objects that lack version ${to_version} will have none; the last verification says how many. ${back}`,
  };
}

import type { Confirm } from '../../components/confirm/confirm.ts';
import { nothingTyped, textField } from '../../components/field/field.ts';
import { paths } from '../../paths.ts';

/** The button that pauses everything, on home and in the list of tasks. */
export function maintenanceSwitch(from: 'home' | 'tasks'): Confirm {
  return {
    text: 'Pause everything…',
    consequence:
      'Running tasks are paused after their current batch, and nothing new starts until you end the maintenance. Tasks that you paused yourself stay paused.',
    action: `${paths.startMaintenance}?from=${from}`,
    button: 'Pause everything',
    isHarmless: true,
    field: textField(nothingTyped, 'note', 'Why', { hint: 'Shown on every page. Optional.', maxlength: 256 }),
  };
}

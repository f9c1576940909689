import { upgradeSteps, type UpgradeRequest } from '../../../domain/upgrades/upgrade.ts';
import { approvalBox, objectsBox } from '../../../views/pages/upgrades/new.ts';
import { isTicked, numberOf, textOf } from '../../html/formValues.ts';

type Values = Readonly<Record<string, string>>;

/** The body that a JSON client would have sent; what is wrong with it is for the validation. */
export function readUpgradeForm(values: Values): UpgradeRequest {
  const objects = (['faces', 'events'] as const).filter((one) => isTicked(values, objectsBox(one)));
  const { kind, ...text } = { ...textOf(values, 'kind'), ...textOf(values, 'watch_for') };
  const undo = textOf(values, 'undo_window');
  return {
    ...(undo.undo_window === 'none' ? { undo_window: null } : undo),
    // Without one the validation says that it has to be there.
    ...(numberOf(values, 'to_version') as { to_version: number }),
    ...(kind === undefined ? {} : { kind: kind as 'face' | 'body' }),
    ...text,
    // Faces have no descriptors of bodies.
    objects: kind === 'body' ? objects.filter((one) => one === 'events') : objects,
    approve_before: upgradeSteps.filter((step) => isTicked(values, approvalBox(step))),
    ...numberOf(values, 'min_coverage'),
    ...numberOf(values, 'max_failed'),
    ...numberOf(values, 'objects_per_second'),
    ...numberOf(values, 'priority'),
  };
}

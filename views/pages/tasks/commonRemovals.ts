import { paths } from '../../paths.ts';
import { statusBox, toldStatuses } from './fields/notificationFields.ts';

export interface CommonRemoval {
  readonly text: string;
  readonly href: string;
}

/** The boxes that are ticked in an empty form. */
const ticked = Object.fromEntries([
  ['store_results', 'yes'],
  ...toldStatuses.filter(({ isEnd }) => isEnd).map(({ status }) => [statusBox(status), 'yes']),
]) as Readonly<Record<string, string>>;

/** Previews of what is removed most often. `oldVersion`: of face descriptors, older than the default; null: there is none. */
export function commonRemovals(oldVersion: number | null): CommonRemoval[] {
  const link = (text: string, kind: string, values: Readonly<Record<string, string>>): CommonRemoval => ({
    text,
    href: paths.newTask(kind, { step: 'preview', ...values, ...ticked }),
  });
  return [
    link('Events older than 30 days', 'gc-events', { create_time__lt: 'now-30d' }),
    ...(oldVersion === null
      ? []
      : [
          link(`Face descriptors of old version ${oldVersion}`, 'gc-face-descriptors', {
            descriptor_version: String(oldVersion),
          }),
        ]),
    link('Samples without an owner', 'gc-samples', {}),
  ];
}

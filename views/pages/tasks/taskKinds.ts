import { neededFor, type Permission, type Permissions } from '../../../domain/accounts/permission.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';

/** One form each. */
export const taskKinds = [
  'extract-faces',
  'extract-events',
  'gc-face-descriptors',
  'gc-event-descriptors',
  'gc-faces',
  'gc-events',
  'gc-samples',
] as const;
export type TaskKind = (typeof taskKinds)[number];

/** The kind that an address or a form names; one that it does not know is the first. */
export function toTaskKind(given: unknown): TaskKind {
  return taskKinds.find((kind) => kind === given) ?? 'extract-faces';
}

/** What it takes to create a task of a kind. */
export function neededForKind(kind: TaskKind): Permission {
  return neededFor(kind.startsWith('extract') ? taskTypes.additionalExtract : taskTypes.gc);
}

export interface KindWords {
  readonly text: string;
  readonly explanation: string;
  readonly warning: string | null;
  readonly button: string;
}

const extracts =
  'Adds descriptors of another version to objects that have one of the default version, or attributes to objects without them.';
const overAllAccounts = 'Applies to all accounts, and cannot be undone without an undo window.';

export const kindWords: Readonly<Record<TaskKind, KindWords>> = {
  'extract-faces': {
    text: 'Extract for faces',
    explanation: extracts,
    warning: null,
    button: 'Start extract',
  },
  'extract-events': {
    text: 'Extract for events',
    explanation: extracts,
    warning: null,
    button: 'Start extract',
  },
  'gc-face-descriptors': {
    text: 'Remove face descriptors',
    explanation: 'Removes all face descriptors of one version. Faces, samples and other versions are kept.',
    warning: overAllAccounts,
    button: 'Remove descriptors',
  },
  'gc-event-descriptors': {
    text: 'Remove event descriptors',
    explanation: 'Removes all event descriptors of one version. Events, samples and other versions are kept.',
    warning: overAllAccounts,
    button: 'Remove descriptors',
  },
  'gc-faces': {
    text: 'Remove faces',
    explanation:
      'Removes the faces that match every condition below, with their attributes, descriptors and list entries.',
    warning: 'Without an undo window, removed faces cannot be restored.',
    button: 'Remove faces',
  },
  'gc-events': {
    text: 'Remove events',
    explanation:
      'Removes the events that match every condition below, with their attributes and descriptors.',
    warning: 'Without an undo window, removed events cannot be restored.',
    button: 'Remove events',
  },
  'gc-samples': {
    text: 'Remove samples without an owner',
    explanation:
      'Removes samples whose face or event is gone, with their files. Samples younger than ten minutes are kept: their owner may be about to be created.',
    warning: overAllAccounts,
    button: 'Remove samples',
  },
};

/** Leads to the form of another kind. */
export interface KindLink {
  readonly kind: TaskKind;
  readonly text: string;
  readonly href: string;
  readonly current: boolean;
}

/** To those that the role allows. */
export function kindLinks(
  current: TaskKind,
  permissions: Permissions,
  href: (kind: TaskKind) => string,
): KindLink[] {
  return taskKinds
    .filter((kind) => permissions.has(neededForKind(kind)))
    .map((kind) => ({
      kind,
      text: kindWords[kind].text,
      href: href(kind),
      current: kind === current,
    }));
}

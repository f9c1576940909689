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

export interface KindWords {
  readonly text: string;
  readonly explanation: string;
  readonly warning: string | null;
  readonly button: string;
}

const extracts =
  'Those that have a descriptor of the default version get one of another version too, or those without attributes get them. What is there stays, and running it again does nothing twice.';
const overAllAccounts = 'This goes over all accounts, and cannot be undone without an undo window.';

export const kindWords: Readonly<Record<TaskKind, KindWords>> = {
  'extract-faces': {
    text: 'Extract for faces',
    explanation: extracts,
    warning: null,
    button: 'Start the extract',
  },
  'extract-events': {
    text: 'Extract for events',
    explanation: extracts,
    warning: null,
    button: 'Start the extract',
  },
  'gc-face-descriptors': {
    text: 'Remove face descriptors',
    explanation: "Removes the faces' descriptors of one version. Faces, samples and other versions stay.",
    warning: overAllAccounts,
    button: 'Remove the descriptors',
  },
  'gc-event-descriptors': {
    text: 'Remove event descriptors',
    explanation: "Removes the events' descriptors of one version. Events, samples and other versions stay.",
    warning: overAllAccounts,
    button: 'Remove the descriptors',
  },
  'gc-faces': {
    text: 'Remove faces',
    explanation:
      'Removes the faces that fulfil every condition below, with their attributes, descriptors and list entries.',
    warning: 'Without an undo window removed faces cannot be brought back.',
    button: 'Remove the faces',
  },
  'gc-events': {
    text: 'Remove events',
    explanation:
      'Removes the events that fulfil every condition below, with their attributes and descriptors.',
    warning: 'Without an undo window removed events cannot be brought back.',
    button: 'Remove the events',
  },
  'gc-samples': {
    text: 'Remove samples without owner',
    explanation:
      'Removes the samples whose face or event is gone, with their files. One that is younger than ten minutes stays: its owner may be about to come.',
    warning: overAllAccounts,
    button: 'Remove the samples',
  },
};

/** Leads to the form of another kind. */
export interface KindLink {
  readonly kind: TaskKind;
  readonly text: string;
  readonly href: string;
  readonly current: boolean;
}

export function kindLinks(current: TaskKind, href: (kind: TaskKind) => string): KindLink[] {
  return taskKinds.map((kind) => ({
    kind,
    text: kindWords[kind].text,
    href: href(kind),
    current: kind === current,
  }));
}

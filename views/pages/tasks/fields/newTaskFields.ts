import { formatCount } from '../../../assets/words.js';
import {
  checkField,
  choiceField,
  folded,
  selectField,
  textField,
  type Field,
  type FieldGroup,
  type Typed,
} from '../../../components/field/field.ts';
import { notificationFields, type NotificationOffers } from './notificationFields.ts';
import { conditionGroups, type ConditionOffers } from './conditionFields.ts';
import type { DefaultVersions } from '../preview/emptyPreview.ts';
import type { TaskKind } from '../taskKinds.ts';

export interface FormOptions extends NotificationOffers, ConditionOffers {
  /** Descriptor versions that an extractor is at hand for, with its name. */
  readonly versions: readonly {
    readonly version: number;
    readonly kind: 'face' | 'body';
    readonly name: string;
  }[];
  /** Versions that are stored, and how many of the form's objects have one. */
  readonly stored: readonly {
    readonly version: number;
    readonly count: number;
    readonly exact: boolean;
  }[];
  /** The oldest version of face descriptors that is older than the default; null: there is none. */
  readonly oldVersion: number | null;
  /** Only objects that have these can be extracted anew. */
  readonly defaults: DefaultVersions;
  /** Whether the objects of the form have descriptors, and none of the default version. */
  readonly isDefaultGone: boolean;
}

/** What is asked for in the form of a kind of task. */
export function newTaskFields(
  kind: TaskKind,
  typed: Typed,
  offers: FormOptions,
  { isSchedule = false } = {},
): FieldGroup[] {
  const description = descriptionField(typed);
  const rare: FieldGroup[] = [
    folded(typed, (given) => ({ title: 'Advanced', hint: null, fields: advancedFields(given, isSchedule) })),
    folded(typed, (given) => notificationFields(given, offers)),
  ];
  const group = (title: string, ...fields: Field[]): FieldGroup => ({ title, hint: null, fields });
  const removal = (objects: 'faces' | 'events'): FieldGroup[] => {
    const [which, ...more] = conditionGroups(typed, offers, objects);
    const how = group('How', ...leftFields(typed, objects), ...mannerFields(typed), description);
    return [...(which === undefined ? [] : [which]), how, ...more, ...rare];
  };
  switch (kind) {
    case 'extract-faces':
    case 'extract-events': {
      const objects = kind === 'extract-faces' ? 'faces' : 'events';
      return [
        group('What to extract', ...extractFields(typed, offers, objects), description),
        ...conditionGroups(typed, offers, objects),
        ...rare,
      ];
    }
    case 'gc-face-descriptors':
      return [
        group('What to remove', versionField(typed, offers, 'face')),
        group('How', ...mannerFields(typed), description),
        ...rare,
      ];
    case 'gc-event-descriptors':
      return [
        group('What to remove', versionField(typed, offers, 'event'), descriptorTypeField(typed)),
        group('How', ...mannerFields(typed), description),
        ...rare,
      ];
    case 'gc-faces':
      return removal('faces');
    case 'gc-events':
      return removal('events');
    case 'gc-samples':
      return [
        ...conditionGroups(typed, offers, 'samples'),
        group('How', ...mannerFields(typed), description),
        ...rare,
      ];
  }
}

/** Why no extract finds anything at all; null: nothing says so. */
export function extractWarning(kind: TaskKind, { defaults, isDefaultGone }: FormOptions): string | null {
  if (!isDefaultGone) return null;
  const object = kind === 'extract-faces' ? 'face' : 'event';
  return `No ${object} has a face descriptor of the default version, ${defaults.face}. An extract finds nothing until you make the version in use the default on the Networks page.`;
}

function extractFields(
  typed: Typed,
  { versions, stored, defaults }: FormOptions,
  objects: 'faces' | 'events',
): Field[] {
  const offered = objects === 'faces' ? versions.filter(({ kind }) => kind === 'face') : versions;
  const isDefault = ({ version, kind }: FormOptions['versions'][number]) => version === defaults[kind];
  const newest = versions.filter((one) => one.kind === 'face' && !isDefault(one)).at(-1) ?? versions[0];
  const { descriptor_version: chosen = '' } = typed.values;
  const storedWords = (version: number): string => {
    const count = stored.find((one) => one.version === version);
    return count === undefined ? '' : ` · ${countWords(count, objects === 'faces' ? 'face' : 'event')}`;
  };
  const isKnown = chosen === '' || offered.some(({ version }) => String(version) === chosen);
  return [
    selectField(typed, 'extraction_target', 'What', {
      options: [
        { value: 'face_descriptor', text: 'Face descriptors' },
        ...(objects === 'events' ? [{ value: 'body_descriptor', text: 'Body descriptors' }] : []),
        { value: 'basic_attributes', text: 'Basic attributes: age, gender, emotions' },
      ],
      initial: 'face_descriptor',
    }),
    selectField(typed, 'descriptor_version', 'Descriptor version to extract', {
      options: [
        ...offered.map((one) => ({
          value: String(one.version),
          text: `${one.version} · ${one.kind}, ${one.name}${storedWords(one.version)}${isDefault(one) ? ' (the default: adds nothing)' : ''}`,
        })),
        ...(isKnown ? [] : [{ value: chosen, text: `${chosen} · no network` }]),
      ],
      initial: String(newest?.version ?? ''),
      hint: 'Ignored for attributes.',
    }),
  ];
}

function versionField(typed: Typed, { versions, stored, defaults }: FormOptions, thing: string): Field {
  const isDefault = (version: number): boolean => version === defaults.face || version === defaults.body;
  return choiceField(typed, 'descriptor_version', 'Descriptor version to remove', {
    options: stored.map(({ version, ...count }) => {
      const network = versions.find((one) => one.version === version);
      const name = network === undefined ? 'no network' : `${network.kind}, ${network.name}`;
      const words = `${version} · ${name} · ${countWords(count, thing)}`;
      return { value: String(version), text: isDefault(version) ? `${words} (the default)` : words };
    }),
    hint: stored.length === 0 ? `No ${thing} has a descriptor.` : null,
    other: 'Other version',
  });
}

function countWords({ count, exact }: Pick<FormOptions['stored'][number], 'count' | 'exact'>, thing: string) {
  return `${exact ? '' : 'about '}${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`;
}

function descriptorTypeField(typed: Typed): Field {
  return selectField(typed, 'descriptor_type', 'Kind of descriptor', {
    options: [
      { value: 'face', text: 'Face descriptors' },
      { value: 'body', text: 'Body descriptors' },
    ],
    initial: 'face',
    hint: 'Events may have both, with separate versions.',
  });
}

function leftFields(typed: Typed, objects: 'faces' | 'events'): Field[] {
  return [
    checkField(typed, 'remove_samples', 'Remove samples too', {
      hint: 'Otherwise they stay without an owner.',
    }),
    checkField(typed, 'remove_image_origins', 'Remove image origins too', {
      hint: 'HTTP DELETE to each URL on ORIGIN_HOSTS.',
    }),
    checkField(typed, 'confirm_all', `Remove all ${objects} if no condition is set`),
  ];
}

function mannerFields(typed: Typed): Field[] {
  return [
    checkField(typed, 'rehearsal', 'Rehearse only', {
      hint: 'Changes nothing; lists what it would remove.',
    }),
    textField(typed, 'undo_window', 'Undo window', {
      hint: 'Such as 7d: how long you can restore.',
    }),
  ];
}

function descriptionField(typed: Typed): Field {
  return textField(typed, 'description', 'Description', {
    maxlength: 4096,
    hint: 'Shown in every list of tasks.',
  });
}

const priorities = ['1 · first', '2', '3 · normal', '4', '5 · last'];

/** Tasks of a schedule have the usual priority and window. */
function advancedFields(typed: Typed, isSchedule: boolean): Field[] {
  const turn = [
    selectField(typed, 'priority', 'Priority', {
      options: priorities.map((text, index) => ({ value: String(index + 1), text })),
      initial: '3',
      hint: 'Which tasks go first when workers are busy.',
    }),
    textField(typed, 'window', 'Concurrent subtasks', {
      kind: 'number',
      hint: 'From 1 to 64. Empty: the default.',
    }),
  ];
  return [
    textField(typed, 'objects_per_second', 'Maximum objects per second', {
      kind: 'number',
      hint: 'Empty: no limit.',
    }),
    textField(typed, 'error_budget', 'Error budget', {
      hint: 'Share of objects that may fail, from 0 to 1. Empty: 0.2. If more fail, the task fails, once it has processed 1,000 objects.',
    }),
    ...(isSchedule ? [] : turn),
    checkField(typed, 'store_results', 'Keep the list of processed objects for download', { initial: true }),
  ];
}

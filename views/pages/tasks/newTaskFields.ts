import {
  checkField,
  selectField,
  textField,
  type Field,
  type FieldGroup,
  type Option,
  type Typed,
} from '../../components/field/field.ts';
import { notificationFields, type NotificationOffers } from './notificationFields.ts';
import { filterFields, type FilterField } from './filterFields.ts';
import type { DefaultVersions } from './emptyPreview.ts';
import type { TaskKind } from './taskKinds.ts';

export interface FormOptions extends NotificationOffers {
  readonly accounts: readonly { readonly account_id: string; readonly login: string }[];
  /** Descriptor versions that an extractor is at hand for, with its name. */
  readonly versions: readonly {
    readonly version: number;
    readonly kind: 'face' | 'body';
    readonly name: string;
  }[];
  /** Only objects that have these can be extracted anew. */
  readonly defaults: DefaultVersions;
  /** Whether the objects of the form have descriptors, and none of the default version. */
  readonly isDefaultGone: boolean;
}

/** What is asked for in the form of a kind of task. */
export function newTaskFields(kind: TaskKind, typed: Typed, offers: FormOptions): FieldGroup[] {
  const { versions } = offers;
  const accounts = offers.accounts.map(({ account_id, login }) => ({ value: account_id, text: login }));
  const about: FieldGroup[] = [
    { title: 'Task', hint: null, fields: taskFields(typed) },
    notificationFields(typed, offers),
  ];
  const manner: FieldGroup = { title: 'How', hint: null, fields: mannerFields(typed) };
  switch (kind) {
    case 'extract-faces':
      return [
        { title: 'What to extract', hint: null, fields: extractFields(typed, offers, 'faces') },
        conditions(typed, accounts, 'faces'),
        ...about,
      ];
    case 'extract-events':
      return [
        { title: 'What to extract', hint: null, fields: extractFields(typed, offers, 'events') },
        conditions(typed, accounts, 'events'),
        ...about,
      ];
    case 'gc-face-descriptors':
      return [{ title: 'Version', hint: null, fields: [versionField(typed, versions)] }, manner, ...about];
    case 'gc-event-descriptors':
      return [
        { title: 'Version', hint: null, fields: [versionField(typed, versions), descriptorTypeField(typed)] },
        manner,
        ...about,
      ];
    case 'gc-faces':
      return [conditions(typed, accounts, 'faces'), removal(typed, 'faces'), manner, ...about];
    case 'gc-events':
      return [conditions(typed, accounts, 'events'), removal(typed, 'events'), manner, ...about];
    case 'gc-samples':
      return [conditions(typed, accounts, 'samples'), manner, ...about];
  }
}

/** Why no extract finds anything at all; null: nothing says so. */
export function extractWarning(kind: TaskKind, { defaults, isDefaultGone }: FormOptions): string | null {
  if (!isDefaultGone) return null;
  const object = kind === 'extract-faces' ? 'face' : 'event';
  return `No ${object} has a face descriptor of the default version, ${defaults.face}, any more: an extract of another finds nothing before the one that is in use is made the default, on the page Networks.`;
}

function extractFields(
  typed: Typed,
  { versions, defaults }: FormOptions,
  objects: 'faces' | 'events',
): Field[] {
  const offered = objects === 'faces' ? versions.filter(({ kind }) => kind === 'face') : versions;
  const isDefault = ({ version, kind }: FormOptions['versions'][number]) => version === defaults[kind];
  const newest = versions.filter((one) => one.kind === 'face' && !isDefault(one)).at(-1) ?? versions[0];
  const { descriptor_version: chosen = '' } = typed.values;
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
          text: `${one.version} · ${one.kind}, ${one.name}${isDefault(one) ? ' (the default: adds nothing)' : ''}`,
        })),
        ...(isKnown ? [] : [{ value: chosen, text: `${chosen} · nothing extracts it` }]),
      ],
      initial: String(newest?.version ?? ''),
      hint: 'Attributes have no version; it is ignored for them.',
    }),
  ];
}

function versionField(typed: Typed, versions: FormOptions['versions']): Field {
  return textField(typed, 'descriptor_version', 'Descriptor version to remove', {
    kind: 'number',
    required: true,
    hint: 'Any version, also one that nothing can extract any more.',
    suggestions: versions.map(({ version, kind, name }) => ({
      value: String(version),
      text: `${version} · ${kind}, ${name}`,
    })),
  });
}

function descriptorTypeField(typed: Typed): Field {
  return selectField(typed, 'descriptor_type', 'Kind of descriptor', {
    options: [
      { value: 'face', text: 'Face descriptors' },
      { value: 'body', text: 'Body descriptors' },
    ],
    initial: 'face',
    hint: 'Events may have both, each with versions of its own.',
  });
}

function conditions(
  typed: Typed,
  accounts: readonly Option[],
  objects: keyof typeof filterFields,
): FieldGroup {
  return {
    title: `Which ${objects}`,
    hint: 'Leave empty what does not matter: all conditions that are filled in have to hold.',
    fields: filterFields[objects].map((filter) => filterField(typed, filter, accounts)),
  };
}

function filterField(typed: Typed, filter: FilterField, accounts: readonly Option[]): Field {
  const { name, label, kind, hint } = filter;
  switch (kind) {
    case 'uuids':
    case 'texts':
      return textField(typed, name, label, { kind: 'textarea', hint });
    case 'text':
      return textField(typed, name, label, { hint, maxlength: 128 });
    case 'uuid':
      return textField(typed, name, label, {
        hint,
        ...(name === 'account_id' ? { suggestions: accounts } : {}),
      });
    case 'time':
      return textField(typed, name, label, { hint });
  }
}

function removal(typed: Typed, objects: 'faces' | 'events'): FieldGroup {
  return {
    title: 'What goes with them',
    hint: null,
    fields: [
      checkField(typed, 'remove_samples', 'Remove the samples too', {
        hint: 'Else the pictures stay in the store, where no page shows them: a task of its own, for samples without owner, removes them later. The preview says how many.',
      }),
      checkField(typed, 'remove_image_origins', 'Remove the image origins too', {
        hint: 'Sends an HTTP DELETE to the address of each image, to the hosts of ORIGIN_HOSTS alone.',
      }),
      checkField(typed, 'confirm_all', `Yes, remove all ${objects} when no condition is given`),
    ],
  };
}

function mannerFields(typed: Typed): Field[] {
  return [
    checkField(typed, 'rehearsal', 'Only rehearse it', {
      hint: 'It runs as it would, at its rate, and changes nothing. Its result lists what it would remove, and why the rest would stay.',
    }),
    textField(typed, 'undo_window', 'Can be undone for', {
      hint: 'Such as 7d or 12h: so long what is removed is kept aside, with its files, and can be put back. It takes room, and longer. Empty: it cannot be undone. Not together with image origins.',
    }),
  ];
}

function taskFields(typed: Typed): Field[] {
  return [
    textField(typed, 'description', 'Description', {
      maxlength: 4096,
      hint: 'Shown beside the task in every list.',
    }),
    textField(typed, 'objects_per_second', 'At most this many objects per second', {
      kind: 'number',
      hint: 'Empty: as fast as the workers can.',
    }),
    textField(typed, 'error_budget', 'Share of the objects that may fail', {
      hint: 'From 0 to 1; empty: 0.2. Beyond it the task itself fails, once it has seen 1,000 objects.',
    }),
    checkField(typed, 'store_results', 'Keep the list of what was done for download', { initial: true }),
  ];
}

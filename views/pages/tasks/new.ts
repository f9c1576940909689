import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import {
  checkField,
  nothingTyped,
  selectField,
  textField,
  type Field,
  type Option,
  type Typed,
} from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export const taskKinds = ['extract', 'gc-descriptors', 'gc-faces'] as const;
export type TaskKind = (typeof taskKinds)[number];

export interface NewTaskInput {
  readonly kind: TaskKind;
  readonly typed?: Typed;
  readonly accounts: readonly { readonly account_id: string; readonly login: string }[];
  /** Descriptor versions that an extractor is at hand for, with its name. */
  readonly versions: readonly {
    readonly version: number;
    readonly kind: 'face' | 'body';
    readonly name: string;
  }[];
}

export interface NewTaskPage {
  readonly head: PageHead;
  readonly kind: TaskKind;
  readonly kinds: readonly { readonly text: string; readonly href: string; readonly current: boolean }[];
  readonly explanation: string;
  readonly warning: string | null;
  readonly summary: ErrorSummary | null;
  readonly groups: readonly FieldGroup[];
  readonly action: string;
  readonly button: string;
  readonly cancel: string;
}

interface FieldGroup {
  readonly title: string;
  readonly hint: string | null;
  readonly fields: readonly Field[];
}

interface KindWords {
  readonly text: string;
  readonly explanation: string;
  readonly warning: string | null;
  readonly button: string;
}

const kindWords: Record<TaskKind, KindWords> = {
  extract: {
    text: 'Additional extract',
    explanation:
      'Objects that have a descriptor of the default version get one of another version too, or objects without attributes get them. What is there stays, and running it again does nothing twice.',
    warning: null,
    button: 'Start the extract',
  },
  'gc-descriptors': {
    text: 'Remove descriptors',
    explanation: 'Removes the face descriptors of one version. Faces, samples and other versions stay.',
    warning: 'This goes over the faces of all accounts and cannot be undone.',
    button: 'Remove the descriptors',
  },
  'gc-faces': {
    text: 'Remove faces',
    explanation:
      'Removes the faces that fulfil every condition below, with their attributes, descriptors and list entries.',
    warning: 'Removed faces cannot be brought back.',
    button: 'Remove the faces',
  },
};

export function newTaskPage(input: NewTaskInput): NewTaskPage {
  const typed = input.typed ?? nothingTyped;
  const groups = groupsOf(input, typed);
  const words = kindWords[input.kind];
  return {
    head: { title: 'New task', section: 'tasks' },
    kind: input.kind,
    kinds: taskKinds.map((kind) => ({
      text: kindWords[kind].text,
      href: paths.newTask(kind),
      current: kind === input.kind,
    })),
    explanation: words.explanation,
    warning: words.warning,
    summary: errorSummary(
      typed,
      groups.flatMap((group) => group.fields),
    ),
    groups,
    action: paths.newTask(),
    button: words.button,
    cancel: paths.tasks(),
  };
}

function groupsOf({ kind, accounts, versions }: NewTaskInput, typed: Typed): FieldGroup[] {
  const accountOptions = accounts.map(({ account_id, login }) => ({ value: account_id, text: login }));
  switch (kind) {
    case 'extract':
      return [
        { title: 'What to extract', hint: null, fields: extractFields(typed, versions) },
        conditions(typed, accountOptions, 'Which objects'),
        { title: 'Task', hint: null, fields: [...taskFields(typed), rateField(typed)] },
      ];
    case 'gc-descriptors':
      return [
        {
          title: 'Version',
          hint: null,
          fields: [
            textField(typed, 'descriptor_version', 'Descriptor version to remove', {
              kind: 'number',
              required: true,
            }),
          ],
        },
        { title: 'Task', hint: null, fields: taskFields(typed) },
      ];
    case 'gc-faces':
      return [
        conditions(typed, accountOptions),
        {
          title: 'What goes with them',
          hint: null,
          fields: [
            checkField(typed, 'remove_samples', 'Remove the samples too'),
            checkField(typed, 'confirm_all', 'Yes, remove all faces when no condition is given'),
          ],
        },
        { title: 'Task', hint: null, fields: taskFields(typed) },
      ];
  }
}

function extractFields(typed: Typed, versions: NewTaskInput['versions']): Field[] {
  const newest = versions.filter(({ kind }) => kind === 'face').at(-1);
  return [
    selectField(typed, 'extraction_target', 'What', {
      options: [
        { value: 'face_descriptor', text: 'Face descriptors' },
        { value: 'body_descriptor', text: 'Body descriptors (events only)' },
        { value: 'basic_attributes', text: 'Basic attributes: age, gender' },
      ],
      initial: 'face_descriptor',
    }),
    selectField(typed, 'objects_type', 'Of', {
      options: [
        { value: 'faces', text: 'Faces' },
        { value: 'events', text: 'Events' },
      ],
      initial: 'faces',
    }),
    selectField(typed, 'descriptor_version', 'Descriptor version to extract', {
      options: versions.map(({ version, kind, name }) => ({
        value: String(version),
        text: `${version} · ${kind}, ${name}`,
      })),
      initial: String(newest?.version ?? ''),
      hint: 'Attributes have no version; it is ignored for them.',
    }),
  ];
}

function conditions(typed: Typed, accounts: readonly Option[], title = 'Which faces'): FieldGroup {
  const timeHint = 'A time such as 2026-01-31T00:00:00Z, or a relative one such as now-30d.';
  const several = 'Several: separate them by commas, spaces or new lines.';
  return {
    title,
    hint: 'All conditions that are filled in have to hold.',
    fields: [
      textField(typed, 'account_id', 'Account id', { suggestions: accounts }),
      textField(typed, 'list_id', 'List id'),
      textField(typed, 'create_time__gte', 'Created from', { hint: timeHint }),
      textField(typed, 'create_time__lt', 'Created before', { hint: timeHint }),
      textField(typed, 'user_data', 'User data', { maxlength: 128 }),
      textField(typed, 'external_ids', 'External ids', { kind: 'textarea', hint: several }),
      textField(typed, 'face_ids', 'Face ids', { kind: 'textarea', hint: several }),
      textField(typed, 'event_ids', 'Event ids', { kind: 'textarea', hint: several }),
    ],
  };
}

function taskFields(typed: Typed): Field[] {
  return [
    textField(typed, 'description', 'Description', {
      maxlength: 128,
      hint: 'Shown beside the task in every list.',
    }),
    checkField(typed, 'store_results', 'Keep the list of what was done for download', { initial: true }),
  ];
}

function rateField(typed: Typed): Field {
  return textField(typed, 'objects_per_second', 'At most this many objects per second', { kind: 'number' });
}

import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import {
  nothingTyped,
  selectField,
  textField,
  type Field,
  type Typed,
} from '../../components/field/field.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import { overlapWords } from './list.ts';

export const scheduleKinds = ['extract', 'gc-descriptors', 'gc-faces'] as const;
export type ScheduleKind = (typeof scheduleKinds)[number];

export interface NewScheduleInput {
  readonly kind: ScheduleKind;
  readonly typed?: Typed;
  /** When it would run, once that was asked for and nothing is wrong. */
  readonly nextRuns?: readonly string[];
}

export interface NewSchedulePage {
  readonly head: PageHead;
  readonly kind: ScheduleKind;
  readonly kinds: readonly { readonly text: string; readonly href: string; readonly current: boolean }[];
  readonly summary: ErrorSummary | null;
  readonly groups: readonly { readonly title: string; readonly fields: readonly Field[] }[];
  readonly nextRuns: readonly Time[] | null;
  readonly action: string;
  readonly cancel: string;
}

const kindTexts: Record<ScheduleKind, string> = {
  extract: 'Additional extract',
  'gc-descriptors': 'Remove descriptors',
  'gc-faces': 'Remove faces',
};

/** What stands in the form of a kind at first: whole, valid and harmless where it can be. */
const examples: Record<ScheduleKind, object> = {
  extract: {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3 },
    filters: { objects_type: 'faces' },
  },
  'gc-descriptors': { target: 'face_descriptors', filters: { descriptor_version: 1 } },
  'gc-faces': { target: 'faces', filters: { create_time__lt: 'now-90d' }, remove_samples: true },
};

export function newSchedulePage({ kind, typed, nextRuns }: NewScheduleInput): NewSchedulePage {
  const groups = groupsOf(kind, typed ?? nothingTyped);
  return {
    head: { title: 'New schedule', section: 'schedules' },
    kind,
    kinds: scheduleKinds.map((one) => ({
      text: kindTexts[one],
      href: paths.newSchedule(one),
      current: one === kind,
    })),
    summary: errorSummary(
      typed ?? nothingTyped,
      groups.flatMap(({ fields }) => fields),
    ),
    groups,
    nextRuns: nextRuns?.map(time) ?? null,
    action: paths.newSchedule(),
    cancel: paths.schedules(),
  };
}

function groupsOf(kind: ScheduleKind, typed: Typed): NewSchedulePage['groups'] {
  const content = typed.values['content'] ?? JSON.stringify(examples[kind], null, 2);
  const withContent = { ...typed, values: { ...typed.values, content } };
  return [
    {
      title: 'When',
      fields: [
        textField(typed, 'cron', 'Cron expression', {
          required: true,
          maxlength: 256,
          hint: 'Minute, hour, day of month, month, day of week: 30 2 * * * is every night at half past two.',
        }),
        textField(typed, 'time_zone', 'Time zone', {
          maxlength: 64,
          hint: 'Such as Europe/Berlin; UTC when it is left empty.',
        }),
        selectField(typed, 'overlap_policy', 'When a task has not ended at the next time', {
          options: Object.entries(overlapWords).map(([value, text]) => ({ value, text })),
          initial: 'skip',
        }),
      ],
    },
    {
      title: 'What',
      fields: [
        textField(withContent, 'content', 'Content of each task, as JSON', {
          kind: 'code',
          required: true,
          hint: 'As in the API. Relative times such as now-90d are counted from each run.',
        }),
        textField(typed, 'description', 'Description', { maxlength: 128 }),
        textField(typed, 'objects_per_second', 'At most this many objects per second', { kind: 'number' }),
      ],
    },
  ];
}

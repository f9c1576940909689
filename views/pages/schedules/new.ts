import type { Permissions } from '../../../domain/accounts/permission.ts';
import type { Conflict } from '../../components/conflict/conflict.ts';
import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import {
  choiceField,
  folded,
  nothingTyped,
  selectField,
  textField,
  type FieldGroup,
  type Typed,
} from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { AuditEntryShape } from '../../shapes.ts';
import { auditRow } from '../audit/auditRow.ts';
import { fromTask, type FromTask } from '../tasks/fromTask.ts';
import { newTaskFields, type FormOptions } from '../tasks/fields/newTaskFields.ts';
import { taskPreview, type TaskPreviewInput, type TaskPreviewView } from '../tasks/preview/taskPreview.ts';
import { kindLinks, kindWords, type KindLink, type TaskKind } from '../tasks/taskKinds.ts';
import { cronWords } from './cronWords.ts';
import { nextRun, type NextRun } from './nextRun.ts';
import { catchUpWindows, overlapLabel, overlapWords, windowWords } from './scheduleWords.ts';

export interface NewScheduleInput extends FormOptions {
  /** Of whoever fills it in. */
  readonly permissions: Permissions;
  readonly kind: TaskKind;
  readonly typed?: Typed;
  /** When it would run, once that was asked for and nothing is wrong. */
  readonly nextRuns?: {
    readonly times: readonly string[];
    readonly cron: string;
    readonly timeZone: string;
  };
  /** What it would deal with if it ran now. */
  readonly preview?: TaskPreviewInput;
  /** Without it a new one is made. */
  readonly changed?: ChangedSchedule;
}

interface ChangedSchedule {
  readonly scheduleId: number;
  /** The state of it that the form stands for. */
  readonly revision: string;
  /** What was done to it since the form was read; a form with it was not saved. */
  readonly meanwhile?: readonly AuditEntryShape[];
}

export interface NewSchedulePage {
  readonly head: PageHead;
  readonly title: string;
  readonly kind: TaskKind;
  /** Empty: it stays what it is. */
  readonly kinds: readonly KindLink[];
  readonly explanation: string;
  readonly warning: string | null;
  readonly summary: ErrorSummary | null;
  /** Why it was not saved. */
  readonly conflict: Conflict | null;
  /** null: it does not exist yet. */
  readonly revision: string | null;
  readonly groups: readonly FieldGroup[];
  readonly nextRuns: readonly NextRun[] | null;
  readonly from: FromTask | null;
  /** When it would run, in words; empty until that was asked for. */
  readonly when: string;
  readonly preview: TaskPreviewView | null;
  readonly action: string;
  readonly button: string;
  readonly cancel: string;
}

export function newSchedulePage(input: NewScheduleInput): NewSchedulePage {
  const { kind, typed = nothingTyped, nextRuns, changed } = input;
  const title = changed === undefined ? 'New schedule' : `Edit schedule ${changed.scheduleId}`;
  const action = changed === undefined ? paths.newSchedule(kind) : paths.changeSchedule(changed.scheduleId);
  const groups = [
    timesOf(typed),
    ...newTaskFields(kind, typed, input, { isSchedule: true }),
    folded(typed, lateRunsOf),
  ];
  const preview = input.preview === undefined ? null : taskPreview(input.preview, input, typed);
  const { explanation, warning } = kindWords[kind];
  return {
    head: { title, section: 'schedules' },
    title,
    kind,
    kinds: changed === undefined ? kindLinks(kind, input.permissions, paths.newSchedule) : [],
    explanation,
    warning,
    summary: errorSummary(typed, [
      ...groups.flatMap(({ fields }) => fields),
      ...(preview?.confirmation ? [preview.confirmation] : []),
    ]),
    from: fromTask(typed),
    preview,
    groups,
    when: nextRuns === undefined ? '' : `${cronWords(nextRuns.cron)}, ${nextRuns.timeZone}`,
    nextRuns: nextRuns?.times.map((run) => nextRun(run, nextRuns.timeZone)) ?? null,
    conflict:
      changed?.meanwhile === undefined
        ? null
        : { thing: 'schedule', acts: changed.meanwhile.map(auditRow), href: action },
    revision: changed?.revision ?? null,
    action,
    button: changed === undefined ? 'Create schedule' : 'Save',
    cancel: paths.schedules(),
  };
}

function timesOf(typed: Typed): FieldGroup {
  return {
    title: 'When',
    hint: 'Relative times in conditions, such as now-90d, are counted from each run.',
    fields: [
      choiceField(typed, 'cron', 'Times', {
        options: [
          { value: '0 * * * *', text: 'Every hour' },
          { value: '0 2 * * *', text: 'Every day at 02:00' },
          { value: '0 2 * * SUN', text: 'Every Sunday at 02:00' },
          { value: '0 2 1 * *', text: 'On the first of each month at 02:00' },
        ],
        other: 'Cron expression',
        hint: 'Other: minute, hour, day of month, month, day of week, such as 30 2 * * * for every day at 02:30.',
        isInLine: true,
      }),
      textField(typed, 'time_zone', 'Time zone', {
        maxlength: 64,
        hint: 'Such as Europe/Berlin. Empty: UTC.',
      }),
    ],
  };
}

function lateRunsOf(typed: Typed): FieldGroup {
  return {
    title: 'Overlaps and outages',
    hint: null,
    fields: [
      selectField(typed, 'overlap_policy', overlapLabel, {
        options: Object.entries(overlapWords).map(([value, text]) => ({ value, text })),
        initial: 'skip',
      }),
      selectField(typed, 'catch_up_window', 'Catch-up window', {
        options: catchUpOptions(typed),
        initial: '10m',
        hint: 'Older runs are reported as missed.',
      }),
    ],
  };
}

/** With the one that it has, which the API may have set to any. */
function catchUpOptions({ values }: Typed) {
  const set = values['catch_up_window'] ?? '';
  const windows: readonly string[] = catchUpWindows;
  const isOther = /^\d{1,6}[smhdw]$/.test(set) && !windows.includes(set);
  return [...windows, ...(isOther ? [set] : [])].map((value) => ({
    value,
    text: `${windowWords(value)} late`,
  }));
}

import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import {
  nothingTyped,
  selectField,
  textField,
  type FieldGroup,
  type Typed,
} from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { AuditEntryShape } from '../../shapes.ts';
import { auditRow, type AuditRow } from '../audit/auditRow.ts';
import { fromTask, type FromTask } from '../tasks/fromTask.ts';
import { newTaskFields, type FormOptions } from '../tasks/newTaskFields.ts';
import { taskPreview, type TaskPreviewInput, type TaskPreviewView } from '../tasks/taskPreview.ts';
import { kindLinks, kindWords, type KindLink, type TaskKind } from '../tasks/taskKinds.ts';
import { overlapWords } from './list.ts';
import { nextRun, type NextRun } from './nextRun.ts';

export interface NewScheduleInput extends FormOptions {
  readonly kind: TaskKind;
  readonly typed?: Typed;
  /** When it would run, once that was asked for and nothing is wrong. */
  readonly nextRuns?: { readonly times: readonly string[]; readonly timeZone: string };
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
  readonly preview: TaskPreviewView | null;
  readonly action: string;
  readonly button: string;
  readonly cancel: string;
}

interface Conflict {
  /** Newest first. */
  readonly acts: readonly AuditRow[];
  /** The form with what is saved now. */
  readonly href: string;
}

export function newSchedulePage(input: NewScheduleInput): NewSchedulePage {
  const { kind, typed = nothingTyped, nextRuns, changed } = input;
  const title = changed === undefined ? 'New schedule' : `Change schedule ${changed.scheduleId}`;
  const action = changed === undefined ? paths.newSchedule(kind) : paths.changeSchedule(changed.scheduleId);
  const groups = [timesOf(typed), ...newTaskFields(kind, typed, input, { isSchedule: true })];
  const preview = input.preview === undefined ? null : taskPreview(input.preview, input, typed);
  const { explanation, warning } = kindWords[kind];
  return {
    head: { title, section: 'schedules' },
    title,
    kind,
    kinds: changed === undefined ? kindLinks(kind, paths.newSchedule) : [],
    explanation,
    warning,
    summary: errorSummary(typed, [
      ...groups.flatMap(({ fields }) => fields),
      ...(preview?.confirmation ? [preview.confirmation] : []),
    ]),
    from: fromTask(typed),
    preview,
    groups,
    nextRuns: nextRuns?.times.map((run) => nextRun(run, nextRuns.timeZone)) ?? null,
    conflict:
      changed?.meanwhile === undefined ? null : { acts: changed.meanwhile.map(auditRow), href: action },
    revision: changed?.revision ?? null,
    action,
    button: changed === undefined ? 'Make the schedule' : 'Save the changes',
    cancel: paths.schedules(),
  };
}

function timesOf(typed: Typed): FieldGroup {
  return {
    title: 'When',
    hint: 'Relative times in the conditions, such as now-90d, are counted from each run.',
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
  };
}

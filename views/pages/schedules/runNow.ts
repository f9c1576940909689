import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import type { Typed } from '../../components/field/field.ts';
import { describeContent } from '../tasks/describeContent.ts';
import { kindWords, type TaskKind } from '../tasks/taskKinds.ts';
import { taskPreview, type TaskPreviewInput, type TaskPreviewView } from '../tasks/preview/taskPreview.ts';
import type { DefaultVersions } from '../tasks/preview/emptyPreview.ts';
import { isRehearsal, keepsAside } from '../../../domain/gc/gcContent.ts';

export interface RunNowInput {
  readonly scheduleId: number;
  readonly taskType: number;
  readonly content: object;
  readonly kind: TaskKind;
  readonly defaults: DefaultVersions;
  readonly preview: TaskPreviewInput;
  /** Why the run that was asked for was refused. */
  readonly refusal: string | null;
  /** The refusal is that the previous run is still active, which may be ignored. */
  readonly isActive: boolean;
  readonly typed: Typed;
}

export interface RunNowPage {
  readonly head: PageHead;
  readonly scheduleId: number;
  readonly title: string;
  readonly warning: string | null;
  readonly refusal: string | null;
  readonly isActive: boolean;
  readonly summary: ErrorSummary | null;
  readonly preview: TaskPreviewView;
  readonly button: string;
  readonly action: string;
  readonly schedules: string;
  readonly schedule: string;
}

/** What a run of a schedule by hand would do, before it does. */
export function runNowPage(input: RunNowInput): RunNowPage {
  const { scheduleId, content, typed } = input;
  const preview = taskPreview(input.preview, { ...input, content }, typed);
  return {
    head: { title: `Run schedule ${scheduleId} now`, section: 'schedules' },
    scheduleId,
    title: describeContent(input.taskType, content).title,
    warning: isRehearsal(content) || keepsAside(content) ? null : kindWords[input.kind].warning,
    refusal: input.refusal,
    isActive: input.isActive,
    summary: errorSummary(typed, preview.confirmation ? [preview.confirmation] : []),
    preview,
    button: input.isActive ? 'Run anyway' : 'Run now',
    action: paths.scheduleAction(scheduleId, 'run'),
    schedules: paths.schedules(),
    schedule: paths.schedule(scheduleId),
  };
}

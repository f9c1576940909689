import type { Permissions } from '../../../domain/accounts/permission.ts';
import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import { nothingTyped, type FieldGroup, type Typed } from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import { commonRemovals, type CommonRemoval } from './commonRemovals.ts';
import { fromTask, type FromTask } from './fromTask.ts';
import { extractWarning, newTaskFields, type FormOptions } from './fields/newTaskFields.ts';
import { kindLinks, kindWords, type KindLink, type TaskKind } from './taskKinds.ts';
import { taskPreview, type TaskPreviewInput, type TaskPreviewView } from './preview/taskPreview.ts';

export interface NewTaskInput extends FormOptions {
  /** Of whoever fills it in. */
  readonly permissions: Permissions;
  readonly kind: TaskKind;
  readonly typed?: Typed;
  readonly preview?: TaskPreviewInput;
  /** The open task for which this one cannot be started, and why. */
  readonly refusal?: { readonly taskId: number; readonly detail: string };
}

export interface NewTaskPage {
  readonly head: PageHead;
  readonly kind: TaskKind;
  readonly kinds: readonly KindLink[];
  readonly common: readonly CommonRemoval[];
  readonly explanation: string;
  readonly warning: string | null;
  readonly notice: string | null;
  /** Where the networks of an extract can be checked; null: it is none. */
  readonly check: { readonly text: string; readonly href: string } | null;
  readonly summary: ErrorSummary | null;
  readonly from: FromTask | null;
  readonly preview: TaskPreviewView | null;
  readonly groups: readonly FieldGroup[];
  readonly action: string;
  readonly button: string;
  readonly cancel: string;
}

export function newTaskPage(input: NewTaskInput): NewTaskPage {
  const typed = input.typed ?? nothingTyped;
  const groups = newTaskFields(input.kind, typed, input);
  const preview = input.preview === undefined ? null : taskPreview(input.preview, input, typed);
  const { explanation, ...words } = kindWords[input.kind];
  const rehearses = preview !== null && typed.values['rehearsal'] !== undefined;
  const everything = preview?.everything ?? null;
  const { warning, button } = rehearses
    ? { warning: null, button: 'Start rehearsal' }
    : everything === null
      ? words
      : { ...words, button: `Start for ${everything}` };
  return {
    head: { title: 'New task', section: 'tasks' },
    kind: input.kind,
    kinds: kindLinks(input.kind, input.permissions, paths.newTask),
    common: commonRemovals(input.oldVersion),
    explanation,
    warning,
    notice: extractWarning(input.kind, input),
    check: input.kind.startsWith('extract') ? checkLink(typed.values['descriptor_version']) : null,
    summary: input.refusal
      ? refusedFor(input.refusal)
      : errorSummary(typed, [
          ...groups.flatMap((group) => group.fields),
          ...(preview?.confirmation ? [preview.confirmation] : []),
        ]),
    from: fromTask(typed),
    preview,
    groups,
    action: paths.newTask(input.kind),
    button,
    cancel: paths.tasks(),
  };
}

/** Of the version that an address or a form names, else to all of them. */
function checkLink(chosen = ''): NewTaskPage['check'] {
  return /^[1-9]\d{0,4}$/.test(chosen)
    ? { text: `check version ${chosen}`, href: paths.network(Number(chosen)) }
    : { text: 'check its network', href: paths.networks };
}

function refusedFor({ taskId, detail }: NonNullable<NewTaskInput['refusal']>): ErrorSummary {
  return { title: 'This task cannot be started now', items: [{ text: detail, href: paths.task(taskId) }] };
}

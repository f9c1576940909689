import { defaultErrorBudget, isOverErrorBudget } from '../../../../domain/tasks/books.ts';
import type { ApprovalCause } from '../../../../domain/approvals/approval.ts';
import { isRehearsal } from '../../../../domain/gc/gcContent.ts';
import { formatBytes, formatCount, formatDuration, formatPercent } from '../../../assets/words.js';
import type { FaceGrid } from '../../../components/faceGrid/faceGrid.ts';
import { eventCard, faceCard } from '../../../components/faceGrid/pictureCard.ts';
import { fact, type Fact } from '../../../components/facts/facts.ts';
import { textField, type TextField, type Typed } from '../../../components/field/field.ts';
import { time } from '../../../components/time/time.ts';
import type { EventCardShape, FaceCardShape } from '../../faces/faceShapes.ts';
import { curlCommand, type ApiRequest } from '../curlCommand.ts';
import { whyEmpty, type DefaultVersions } from './emptyPreview.ts';
import type { TaskKind } from '../taskKinds.ts';

interface CountShape {
  readonly count: number;
  readonly exact: boolean;
}

/** What is typed to confirm a removal of more objects than can be counted. */
export const removeWord = 'remove';

/** What the API answers to a preview, and what it would be sent. */
export interface TaskPreviewInput {
  readonly count: number;
  readonly exact: boolean;
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly sample: readonly object[];
  /** Samples that would stay without an owner; null: the task leaves none. */
  readonly samples_left: CountShape | null;
  /** Objects of an extract without a sample; null: no extract, or no answer in time. */
  readonly without_sample: CountShape | null;
  readonly freed_bytes: number | null;
  /** Until the undo window is over; null: there is none. */
  readonly aside_bytes: number | null;
  /** When the objects were counted. */
  readonly time: string;
  /** The objects of the sample as far as they still are there. */
  readonly pictured: { readonly faces: readonly FaceCardShape[]; readonly events: readonly EventCardShape[] };
  readonly estimated_seconds: number | null;
  readonly estimated_by: { readonly tasks: number; readonly last_end_time: string } | null;
  /** Why another administrator has to approve it; null: no one has. */
  readonly needs_approval: ApprovalCause | null;
  readonly request: ApiRequest;
  /** Where the default version is removed; null in it: they are too many to be counted. */
  readonly loss: { readonly objects: 'faces' | 'events'; readonly withoutOther: number | null } | null;
  /** Whether so much is removed that the count has to be typed. */
  readonly needsCount: boolean;
  /** Whether it is an extract without any condition. */
  readonly isEverything: boolean;
}

export interface TaskPreviewView {
  /** Whether there is anything to start. */
  readonly isEmpty: boolean;
  /** What should be known of it before it is started. */
  readonly note: string | null;
  /** What happens first, if another administrator has to approve it. */
  readonly approval: string | null;
  readonly facts: readonly Fact[];
  readonly sampleTitle: string;
  readonly pictures: FaceGrid;
  readonly sample: readonly string[];
  readonly confirmation: TextField | null;
  /** What an extract without any condition covers, such as "all 22 faces"; null: it is none. */
  readonly everything: string | null;
  /** When the objects were counted: what is confirmed is their removal. */
  readonly countedAt: string;
  readonly curl: string;
}

export function taskPreview(
  input: TaskPreviewInput,
  /** `content`: where the request does not have it. */
  form: { readonly kind: TaskKind; readonly defaults: DefaultVersions; readonly content?: object },
  typed: Typed,
): TaskPreviewView {
  const isEmpty = input.exact && input.count === 0;
  const { content = form.content ?? {}, error_budget: budget = defaultErrorBudget } = input.request.body as {
    content?: object;
    error_budget?: number;
  };
  const rehearses = isRehearsal(content);
  const { oldest, newest, freed_bytes: freed, aside_bytes: aside } = input;
  const { faces, events } = input.pictured;
  return {
    isEmpty,
    note: isEmpty
      ? whyEmpty(form.kind, content, form.defaults)
      : (rehearsalWords(rehearses) ??
        lossWords(input.loss) ??
        leftWords(input.samples_left) ??
        withoutSampleWords(input, budget)),
    approval:
      input.needs_approval === null || isEmpty
        ? null
        : 'This removal needs the approval of another administrator. It waits until then.',
    facts: [
      fact('Objects', about(input)),
      ...(input.samples_left === null || isEmpty
        ? []
        : [fact(rehearses ? 'Samples that would stay' : 'Samples that stay', about(input.samples_left))]),
      ...(input.without_sample === null || input.without_sample.count === 0
        ? []
        : [fact('Without a sample', about(input.without_sample))]),
      ...(oldest === null ? [] : [fact('Oldest', time(oldest).text)]),
      ...(newest === null ? [] : [fact('Newest', time(newest).text)]),
      ...(aside === null || isEmpty
        ? []
        : [fact(`Kept for ${windowOf(content)}`, `about ${formatBytes(aside)}`)]),
      ...(freed === null || aside !== null || isEmpty ? [] : [fact('Frees about', formatBytes(freed))]),
      ...(isEmpty ? [] : [fact('Takes about', durationWords(input))]),
    ],
    sampleTitle: input.sample.length === input.count ? 'All of them' : `${input.sample.length} of them`,
    pictures: { cards: [...faces.map(faceCard), ...events.map(eventCard)], pager: null },
    sample: input.sample.map((object) => JSON.stringify(object)),
    confirmation: input.needsCount ? confirmation(input, typed) : null,
    everything:
      input.isEverything && !isEmpty
        ? `all ${about(input)} ${form.kind === 'extract-faces' ? 'faces' : 'events'}`
        : null,
    countedAt: input.time,
    curl: curlCommand(input.request),
  };
}

const about = ({ count, exact }: CountShape) => (exact ? formatCount(count) : `about ${formatCount(count)}`);

function confirmation({ count, exact }: TaskPreviewInput, typed: Typed): TextField {
  return exact
    ? textField(typed, 'confirm_count', `Type ${formatCount(count)} to confirm`, {
        kind: 'number',
        required: true,
        autocomplete: 'off',
      })
    : textField(typed, 'confirm_count', `Type ${removeWord} to confirm`, {
        required: true,
        autocomplete: 'off',
        hint: 'There are too many to count on a page.',
      });
}

function durationWords({ estimated_seconds: seconds, estimated_by: by }: TaskPreviewInput): string {
  if (seconds === null || by === null)
    return seconds === 0 ? formatDuration(0) : 'unknown: no similar task has run recently';
  const last = time(by.last_end_time).text;
  return `${formatDuration(seconds)}, as ${by.tasks === 1 ? `a task that ended ${last}` : `the last ${by.tasks}, until ${last}`}`;
}

function windowOf(content: object): string {
  return 'undo_window' in content ? String(content.undo_window) : '';
}

function rehearsalWords(rehearses: boolean): string | null {
  return rehearses ? 'A rehearsal: it reports what it would remove and changes nothing.' : null;
}

/** Below a thousand objects a task goes on to its end, however many fail. */
function withoutSampleWords(
  { count, without_sample: without }: TaskPreviewInput,
  budget: number,
): string | null {
  if (without === null || without.count === 0) return null;
  const percent = formatPercent(without.count / count);
  const rest = 'npm run import -- --repair restores the samples of known photos.';
  return isOverErrorBudget({ done: count - without.count, failed: without.count, skipped: 0 }, budget)
    ? `The task would fail: ${about(without)} of these objects (${percent}) have no sample, more than its error budget of ${formatPercent(budget)} allows. ${rest}`
    : `Of these objects, ${about(without)} (${percent}) have no sample and will fail. ${rest}`;
}

function leftWords(left: TaskPreviewInput['samples_left']): string | null {
  if (left === null || left.count === 0) return null;
  return 'Their samples stay in the store without an owner until a task removes such samples.';
}

function lossWords(loss: TaskPreviewInput['loss']): string | null {
  if (loss === null) return null;
  const { objects, withoutOther } = loss;
  const rest =
    withoutOther === null
      ? `How many of these ${objects} have no other version could not be counted in time; those can never be extracted again.`
      : withoutOther === 0
        ? `All of these ${objects} have another version.`
        : `${formatCount(withoutOther)} of these ${objects} have no other version and can never be extracted again.`;
  return `This is the default version: no extract finds these ${objects} until you make another version the default. ${rest}`;
}

import { formatCount, formatDuration } from '../../assets/words.js';
import type { FaceGrid } from '../../components/faceGrid/faceGrid.ts';
import { eventCard, faceCard } from '../../components/faceGrid/pictureCard.ts';
import { fact, type Fact } from '../../components/facts/facts.ts';
import { textField, type TextField, type Typed } from '../../components/field/field.ts';
import { time } from '../../components/time/time.ts';
import type { EventCardShape, FaceCardShape } from '../../shapes.ts';
import { curlCommand, type ApiRequest } from './curlCommand.ts';
import { whyEmpty, type DefaultVersions } from './emptyPreview.ts';
import type { TaskKind } from './taskKinds.ts';

/** What the API answers to a preview, and what it would be sent. */
export interface TaskPreviewInput {
  readonly count: number;
  readonly exact: boolean;
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly sample: readonly object[];
  /** Samples that would stay without an owner; null: the task leaves none. */
  readonly samples_left: { readonly count: number; readonly exact: boolean } | null;
  /** The objects of the sample as far as they still are there. */
  readonly pictured: { readonly faces: readonly FaceCardShape[]; readonly events: readonly EventCardShape[] };
  readonly estimated_seconds: number | null;
  readonly request: ApiRequest;
  /** Where the default version is removed; null in it: they are too many to be counted. */
  readonly loss: { readonly objects: 'faces' | 'events'; readonly withoutOther: number | null } | null;
  /** Whether so much is removed that the count has to be typed. */
  readonly needsCount: boolean;
}

export interface TaskPreviewView {
  /** Whether there is anything to start. */
  readonly isEmpty: boolean;
  /** What should be known of it before it is started. */
  readonly note: string | null;
  readonly facts: readonly Fact[];
  readonly sampleTitle: string;
  readonly pictures: FaceGrid;
  readonly sample: readonly string[];
  readonly confirmation: TextField | null;
  readonly curl: string;
}

export function taskPreview(
  input: TaskPreviewInput,
  form: { readonly kind: TaskKind; readonly defaults: DefaultVersions },
  typed: Typed,
): TaskPreviewView {
  const isEmpty = input.exact && input.count === 0;
  const { content = {} } = input.request.body as { content?: object };
  const { oldest, newest, estimated_seconds: seconds } = input;
  const { faces, events } = input.pictured;
  const count = formatCount(input.count);
  const about = ({ count: number, exact }: { count: number; exact: boolean }) =>
    exact ? formatCount(number) : `about ${formatCount(number)}`;
  return {
    isEmpty,
    note: isEmpty
      ? whyEmpty(form.kind, content, form.defaults)
      : (lossWords(input.loss) ?? leftWords(input.samples_left)),
    facts: [
      fact('Objects', about(input)),
      ...(input.samples_left === null || isEmpty
        ? []
        : [fact('Samples that stay', about(input.samples_left))]),
      ...(oldest === null ? [] : [fact('Oldest', time(oldest).text)]),
      ...(newest === null ? [] : [fact('Newest', time(newest).text)]),
      ...(isEmpty
        ? []
        : [
            fact(
              'Takes about',
              seconds === null ? 'unknown: no such task has run lately' : formatDuration(seconds),
            ),
          ]),
    ],
    sampleTitle: input.sample.length === input.count ? 'All of them' : `${input.sample.length} of them`,
    pictures: { cards: [...faces.map(faceCard), ...events.map(eventCard)], pager: null },
    sample: input.sample.map((object) => JSON.stringify(object)),
    confirmation: input.needsCount
      ? textField(typed, 'confirm_count', `Type ${count} to remove so many`, {
          kind: 'number',
          required: true,
        })
      : null,
    curl: curlCommand(input.request),
  };
}

function leftWords(left: TaskPreviewInput['samples_left']): string | null {
  if (left === null || left.count === 0) return null;
  return 'Their samples stay in the store without an owner, until they are removed by a task for such samples.';
}

function lossWords(loss: TaskPreviewInput['loss']): string | null {
  if (loss === null) return null;
  const { objects, withoutOther } = loss;
  const rest =
    withoutOther === null
      ? `How many of these ${objects} have no other could not be counted in time; those can never be extracted again.`
      : withoutOther === 0
        ? `All of these ${objects} have another.`
        : `${formatCount(withoutOther)} of these ${objects} have no other and can never be extracted again.`;
  return `This is the default version: no extract finds these ${objects} until the settings name another. ${rest}`;
}

import { formatCount, formatDuration } from '../../assets/words.js';
import { eventCard } from '../../components/faceGrid/eventCard.ts';
import { faceCard } from '../../components/faceGrid/faceCard.ts';
import type { FaceGrid } from '../../components/faceGrid/faceGrid.ts';
import { fact, type Fact } from '../../components/facts/facts.ts';
import { textField, type TextField, type Typed } from '../../components/field/field.ts';
import { time } from '../../components/time/time.ts';
import type { EventCardShape, FaceCardShape } from '../../shapes.ts';
import { curlCommand, type ApiRequest } from './curlCommand.ts';

/** What the API answers to a preview, and what it would be sent. */
export interface TaskPreviewInput {
  readonly count: number;
  readonly exact: boolean;
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly sample: readonly object[];
  /** The objects of the sample as far as they still are there. */
  readonly pictured: { readonly faces: readonly FaceCardShape[]; readonly events: readonly EventCardShape[] };
  readonly estimated_seconds: number | null;
  readonly request: ApiRequest;
  /** Whether so much is removed that the count has to be typed. */
  readonly needsCount: boolean;
}

export interface TaskPreviewView {
  readonly facts: readonly Fact[];
  readonly sampleTitle: string;
  readonly pictures: FaceGrid;
  readonly sample: readonly string[];
  readonly confirmation: TextField | null;
  readonly curl: string;
}

export function taskPreview(input: TaskPreviewInput, typed: Typed): TaskPreviewView {
  const { oldest, newest, estimated_seconds: seconds } = input;
  const { faces, events } = input.pictured;
  const count = formatCount(input.count);
  return {
    facts: [
      fact('Objects', input.exact ? count : `about ${count}`),
      ...(oldest === null ? [] : [fact('Oldest', time(oldest).text)]),
      ...(newest === null ? [] : [fact('Newest', time(newest).text)]),
      fact(
        'Takes about',
        seconds === null ? 'unknown: no such task has run lately' : formatDuration(seconds),
      ),
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

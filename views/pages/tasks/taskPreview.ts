import { formatCount, formatDuration } from '../../assets/words.js';
import { fact, type Fact } from '../../components/facts/facts.ts';
import { textField, type TextField, type Typed } from '../../components/field/field.ts';
import { curlCommand, type ApiRequest } from './curlCommand.ts';

/** What the API answers to a preview, and what it would be sent. */
export interface TaskPreviewInput {
  readonly count: number;
  readonly exact: boolean;
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly sample: readonly object[];
  readonly estimated_seconds: number | null;
  readonly request: ApiRequest;
  /** Whether so much is removed that the count has to be typed. */
  readonly needsCount: boolean;
}

export interface TaskPreviewView {
  readonly facts: readonly Fact[];
  readonly sample: readonly string[];
  readonly confirmation: TextField | null;
  readonly curl: string;
}

export function taskPreview(input: TaskPreviewInput, typed: Typed): TaskPreviewView {
  const { oldest, newest, estimated_seconds: seconds } = input;
  const count = formatCount(input.count);
  return {
    facts: [
      fact('Objects', input.exact ? count : `about ${count}`),
      ...(oldest === null ? [] : [fact('Oldest', oldest)]),
      ...(newest === null ? [] : [fact('Newest', newest)]),
      fact(
        'Takes about',
        seconds === null ? 'unknown: no such task has run lately' : formatDuration(seconds),
      ),
    ],
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

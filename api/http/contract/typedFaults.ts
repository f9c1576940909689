import type { ErrorObject } from 'ajv/dist/2020.js';
import { DomainError, type Fault } from '../../../domain/errors.ts';
import { freezeTime } from '../../../domain/relativeTime.ts';
import { CronError, nextRuns } from '../../../platform/cron.ts';
import { formatCount } from '../../../views/assets/words.js';
import { toFault } from './faults.ts';

export interface TypedFault extends Fault {
  /** Which of several values it is; null: there is but one. */
  readonly item: string | null;
}

/** Everything that is wrong with what somebody has typed, in words for people. */
export class TypedFaultsError extends DomainError {
  readonly faults: readonly TypedFault[];

  constructor(error: 'validationFailed' | 'badQueryParameter', errors: readonly ErrorObject[]) {
    // That the branch of a condition fails is said by the branch's own faults.
    const faults = errors.filter(({ keyword }) => keyword !== 'if').map(toTypedFault);
    super(error, faults[0] ?? '');
    this.faults = faults;
  }
}

/** Formats that the domain reads one by one, asked of all fields at once. */
export const typedFormats: Readonly<Record<string, (text: string) => boolean>> = {
  'filter-time': (text) => refusal(() => freezeTime(text, new Date(), '')) === null,
  cron: (text) => cronRefusal(text) === null,
  'time-zone': (text) => zoneRefusal(text) === null,
  'notification-url': (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
};

const timeWords = 'must be a time such as 2026-01-31T00:00:00Z, or relative such as now-30d';

/** What is said of a text that is not of its format, whichever of its rules it breaks. */
const formatWords: Readonly<Record<string, (text: string) => string | null>> = {
  uuid: () => 'must be an id: 8-4-4-4-12 hexadecimal digits in lower case',
  login: () => 'not an e-mail address in lower case, such as ann@example.com',
  'date-time': () => timeWords,
  'filter-time': () => timeWords,
  cron: cronRefusal,
  'time-zone': zoneRefusal,
  'notification-url': () => 'not an address that begins with http:// or https://',
};

function toTypedFault(error: ErrorObject): TypedFault {
  const isItem = /\/\d+$/.test(error.instancePath);
  return {
    path: toFault(error).path,
    message: wordsOf(error),
    item: isItem ? String(error.data).slice(0, 40) : null,
  };
}

function wordsOf(error: ErrorObject): string {
  const { keyword, data } = error;
  const limit = formatCount(Number(error.params['limit']));
  if (keyword === 'required' || data === '') return 'is required';
  const { format = '', example } = (error.parentSchema ?? {}) as { format?: string; example?: string };
  const words = typeof data === 'string' ? formatWords[format]?.(data) : undefined;
  if (words !== undefined && words !== null) return words;
  switch (keyword) {
    case 'type':
      return error.params['type'] === 'integer' ? 'must be a whole number' : 'must be a number';
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'minLength':
      return `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'minItems':
      return 'choose at least one';
    case 'maxItems':
      return `must be at most ${limit}`;
    case 'pattern':
      return example === undefined ? 'contains a character that is not allowed' : `must look like ${example}`;
    default:
      return toFault(error).message;
  }
}

function cronRefusal(text: string): string | null {
  return refusal(() => nextRuns(text, 'UTC', new Date(), 1));
}

function zoneRefusal(text: string): string | null {
  return refusal(() => nextRuns('0 0 * * *', text, new Date(), 1));
}

function refusal(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof CronError || error instanceof DomainError) return error.message;
    throw error;
  }
}

import { DomainError } from '../errors.ts';
import { freezeTime } from '../relativeTime.ts';

/** Which faces a task selects; all given conditions hold together, a list means any of its values. */
export interface FaceFilters {
  readonly account_id?: string;
  readonly face_ids?: readonly string[];
  readonly list_id?: string;
  readonly event_ids?: readonly string[];
  readonly external_ids?: readonly string[];
  readonly user_data?: string;
  readonly create_time__gte?: string;
  readonly create_time__lt?: string;
}

/** Which samples without an owner a task selects. */
export type SampleFilters = Pick<FaceFilters, 'create_time__gte' | 'create_time__lt'>;

/** Which events a task selects. */
export interface EventFilters {
  readonly account_id?: string;
  readonly event_ids?: readonly string[];
  readonly handler_ids?: readonly string[];
  readonly sources?: readonly string[];
  readonly tags?: readonly string[];
  readonly external_ids?: readonly string[];
  readonly user_data?: string;
  readonly track_ids?: readonly string[];
  readonly create_time__gte?: string;
  readonly create_time__lt?: string;
  readonly end_time__gte?: string;
  readonly end_time__lt?: string;
  readonly insert_time__gte?: string;
  readonly insert_time__lt?: string;
}

/**
 * Whether something narrows the selection. What is present but unset does not, nor does an empty text, alone or among
 * others: most objects have neither user data nor an external id, and so it selects nearly all of them.
 */
export function hasCondition(filters: FaceFilters | EventFilters): boolean {
  return Object.values(filters).some((value: unknown) =>
    Array.isArray(value) ? !value.includes('') : value !== undefined && value !== '',
  );
}

/**
 * The same filters with every time absolute, so that a task that runs for hours selects one set.
 * @throws DomainError validationFailed for an empty list, a time that is none, or a range of time that ends where it begins
 *   or before: it would select nothing, for ever, and nobody means that.
 */
export function freezeFilters<F extends FaceFilters | EventFilters>(filters: F, now: Date, path: string): F {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const frozen: Record<string, unknown> = Object.fromEntries(given);
  for (const [name, value] of given) {
    if (/_time__(gte|lt)$/.test(name)) {
      frozen[name] = freezeTime(String(value), now, `${path}.${name}`);
    } else if (Array.isArray(value)) {
      if (value.length === 0) {
        throw new DomainError('validationFailed', { path: `${path}.${name}`, message: 'must not be empty' });
      }
      frozen[name] = [...new Set<unknown>(value)];
    }
  }
  refuseEmptyRanges(frozen, path);
  return frozen as F;
}

function refuseEmptyRanges(frozen: Readonly<Record<string, unknown>>, path: string): void {
  for (const [name, below] of Object.entries(frozen)) {
    if (typeof below !== 'string' || !name.endsWith('__lt')) continue;
    const fromName = name.replace(/__lt$/, '__gte');
    const from = frozen[fromName];
    if (typeof from === 'string' && from >= below) {
      throw new DomainError('validationFailed', {
        path: `${path}.${name}`,
        message: `must be later than ${fromName}, which is ${from}`,
      });
    }
  }
}

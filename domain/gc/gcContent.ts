import { DomainError } from '../errors.ts';
import {
  freezeFilters,
  hasCondition,
  type EventFilters,
  type FaceFilters,
  type SampleFilters,
} from '../tasks/filters.ts';

/** How any gc is done, whatever it removes. */
interface Manner {
  readonly store_results: boolean;
  /** Each batch is removed and put back in its own transaction: the task tells what it would do. Absent: it does it. */
  readonly rehearsal?: true;
}

export interface FaceDescriptorsGc extends Manner {
  readonly target: 'face_descriptors';
  readonly filters: { readonly descriptor_version: number };
}

export interface EventDescriptorsGc extends Manner {
  readonly target: 'event_descriptors';
  readonly filters: { readonly descriptor_version: number; readonly descriptor_type: 'face' | 'body' };
}

interface Removal extends Manner {
  readonly remove_samples: boolean;
  readonly remove_image_origins: boolean;
  readonly confirm_all?: boolean;
}

export interface FacesGc extends Removal {
  readonly target: 'faces';
  readonly filters: FaceFilters;
}

export interface EventsGc extends Removal {
  readonly target: 'events';
  readonly filters: EventFilters;
}

/** Samples whose face or event is gone; `filters` are about the newest sample of each. */
export interface SamplesGc extends Manner {
  readonly target: 'samples';
  readonly filters: SampleFilters;
}

/** What a gc task does, as stored: defaults filled in, times absolute, version and type inside `filters`. */
export type GcContent = FaceDescriptorsGc | EventDescriptorsGc | FacesGc | EventsGc | SamplesGc;

/** Whether the task only tries what it would remove. */
export function isRehearsal(content: object): boolean {
  return 'rehearsal' in content && content.rehearsal === true;
}

/** Whether the images of samples are to be removed from their store. */
export function removesSamples(content: GcContent): boolean {
  return content.target === 'samples' || ('remove_samples' in content && content.remove_samples);
}

/** Whether samples stay although their faces or events go. */
export function keepsSamples(content: GcContent): boolean {
  return 'remove_samples' in content && !content.remove_samples;
}

/** Whether images are to be removed where they came from, too. */
export function removesOrigins(content: GcContent): boolean {
  return 'remove_image_origins' in content && content.remove_image_origins;
}

/** What a client may send; its shape is already validated against the OpenAPI document. */
export interface GcRequest {
  readonly target: GcContent['target'];
  readonly filters?: FaceFilters &
    EventFilters & { descriptor_version?: number; descriptor_type?: 'face' | 'body' };
  readonly descriptor_version?: number;
  readonly descriptor_type?: 'face' | 'body';
  readonly remove_samples?: boolean;
  readonly remove_image_origins?: boolean;
  readonly store_results?: boolean;
  readonly confirm_all?: boolean;
  readonly rehearsal?: boolean;
}

/** What may stand beside the content as well as in it. */
export interface GcManner {
  readonly rehearsal?: boolean | undefined;
}

/** The content with what stood beside it. @throws DomainError validationFailed when the two differ */
export function withManner(content: GcRequest, { rehearsal }: GcManner): GcRequest {
  const both = once(content.rehearsal, rehearsal, 'rehearsal', '');
  return { ...content, ...(both === undefined ? {} : { rehearsal: both }) };
}

/**
 * @throws DomainError fieldMissing | validationFailed, naming the path; selectsEverything when faces or events are
 *   to be removed without any condition that narrows them and without `confirm_all`.
 */
export function freezeGcContent(request: GcRequest, now: Date): GcContent {
  const manner = mannerOf(request);
  switch (request.target) {
    case 'face_descriptors':
      return { target: request.target, filters: { descriptor_version: version(request) }, ...manner };
    case 'event_descriptors':
      return {
        target: request.target,
        filters: { descriptor_version: version(request), descriptor_type: descriptorType(request) },
        ...manner,
      };
    case 'faces':
    case 'events':
      return { target: request.target, ...removal(request, now), ...manner };
    case 'samples': {
      const filters = freezeFilters<SampleFilters>(request.filters ?? {}, now, 'content.filters');
      return { target: request.target, filters, ...manner };
    }
  }
}

function mannerOf({ store_results = true, rehearsal = false }: GcRequest): Manner {
  return { store_results, ...(rehearsal ? { rehearsal } : {}) };
}

function removal(request: GcRequest, now: Date): Omit<FacesGc, 'target' | keyof Manner> {
  const filters = freezeFilters(request.filters ?? {}, now, 'content.filters');
  if (!hasCondition(filters) && request.confirm_all !== true) {
    throw new DomainError('selectsEverything', {
      path: 'content.filters',
      message: 'give at least one condition that is more than an empty text, or confirm_all: true',
    });
  }
  return {
    filters,
    remove_samples: request.remove_samples ?? false,
    remove_image_origins: request.remove_image_origins ?? false,
    ...(request.confirm_all === undefined ? {} : { confirm_all: request.confirm_all }),
  };
}

function version(request: GcRequest): number {
  return given(request.filters?.descriptor_version, request.descriptor_version, 'descriptor_version');
}

function descriptorType(request: GcRequest): 'face' | 'body' {
  return given(request.filters?.descriptor_type, request.descriptor_type, 'descriptor_type');
}

/** A value that may stand in two places, and in both only when they agree. */
function once<T>(inside: T | undefined, beside: T | undefined, name: string, outer: string): T | undefined {
  if (inside !== undefined && beside !== undefined && inside !== beside) {
    const inner = outer === '' ? `content.${name}` : `content.filters.${name}`;
    throw new DomainError('validationFailed', { path: `${outer}${name}`, message: `differs from ${inner}` });
  }
  return inside ?? beside;
}

/** The value of `filters` or beside `target`. */
function given<T>(inside: T | undefined, beside: T | undefined, name: string): T {
  const value = once(inside, beside, name, 'content.');
  if (value === undefined) {
    throw new DomainError('fieldMissing', { path: `content.filters.${name}`, message: 'required' });
  }
  return value;
}

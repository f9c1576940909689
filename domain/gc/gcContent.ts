import { durationMs } from '../duration.ts';
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
  /** How long after its end what it has removed can be put back, such as `7d`. Absent: it never can. */
  readonly undo_window?: string;
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

/** What somebody may order a gc to remove, as stored: defaults filled in, times absolute, version and type inside `filters`. */
export type RemovalContent = FaceDescriptorsGc | EventDescriptorsGc | FacesGc | EventsGc | SamplesGc;

/** A task about what a gc with an undo window has kept aside. */
interface AsideContent {
  /** The gc. */
  readonly of: number;
  /** Its target. */
  readonly objects: RemovalContent['target'];
  /** Of a gc of descriptors. */
  readonly descriptor_version?: number;
  readonly descriptor_type?: 'face' | 'body';
  readonly store_results: boolean;
}

/** Puts back what a gc has removed, all of it or what the filters select. */
export interface UndoContent extends AsideContent {
  readonly target: 'undo';
  readonly filters: UndoFilters;
}

/** Ends the undo window of a gc: what is still kept aside goes for good, with its files. */
export interface PurgeContent extends AsideContent {
  readonly target: 'purge';
  readonly filters: Readonly<Record<string, never>>;
}

export type UndoFilters = FaceFilters & EventFilters;

/** What a gc task does, as stored. */
export type GcContent = RemovalContent | UndoContent | PurgeContent;

/** Whether the task puts back what another one has removed. */
export function isUndo(content: object): boolean {
  return 'target' in content && content.target === 'undo';
}

/** What the objects of the task are. */
export function objectsOf(content: GcContent): RemovalContent['target'] {
  return content.target === 'undo' || content.target === 'purge' ? content.objects : content.target;
}

/** Whether what it removes can be put back for a while. */
export function keepsAside(content: object): boolean {
  return 'undo_window' in content && content.undo_window !== undefined;
}

/** Whether the task only tries what it would remove. */
export function isRehearsal(content: object): boolean {
  return 'rehearsal' in content && content.rehearsal === true;
}

/** Whether the images of samples are to be removed from their store. */
export function removesSamples(content: GcContent): boolean {
  return (
    content.target === 'samples' ||
    content.target === 'purge' ||
    ('remove_samples' in content && content.remove_samples)
  );
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
  readonly target: RemovalContent['target'];
  readonly filters?: FaceFilters &
    EventFilters & { descriptor_version?: number; descriptor_type?: 'face' | 'body' };
  readonly descriptor_version?: number;
  readonly descriptor_type?: 'face' | 'body';
  readonly remove_samples?: boolean;
  readonly remove_image_origins?: boolean;
  readonly store_results?: boolean;
  readonly confirm_all?: boolean;
  readonly rehearsal?: boolean;
  readonly undo_window?: string;
}

/** What may stand beside the content as well as in it. */
export interface GcManner {
  readonly rehearsal?: boolean | undefined;
  readonly undo_window?: string | undefined;
}

/** The content with what stood beside it. @throws DomainError validationFailed when the two differ */
export function withManner(content: GcRequest, beside: GcManner): GcRequest {
  const rehearsal = once(content.rehearsal, beside.rehearsal, 'rehearsal', '');
  const undo_window = once(content.undo_window, beside.undo_window, 'undo_window', '');
  return {
    ...content,
    ...(rehearsal === undefined ? {} : { rehearsal }),
    ...(undo_window === undefined ? {} : { undo_window }),
  };
}

/**
 * @throws DomainError fieldMissing | validationFailed, naming the path; selectsEverything when faces or events are
 *   to be removed without any condition that narrows them and without `confirm_all`.
 */
export function freezeGcContent(request: GcRequest, now: Date): RemovalContent {
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

function mannerOf(request: GcRequest): Manner {
  const { store_results = true, rehearsal = false, undo_window } = request;
  if (undo_window !== undefined) checkUndoWindow(request, undo_window);
  return {
    store_results,
    ...(rehearsal ? { rehearsal } : {}),
    ...(undo_window === undefined ? {} : { undo_window }),
  };
}

function checkUndoWindow({ rehearsal, remove_image_origins }: GcRequest, window: string): void {
  const refuse = (message: string) => new DomainError('validationFailed', { path: 'undo_window', message });
  undoWindowMs(window);
  if (rehearsal === true) throw refuse('a rehearsal removes nothing, so there is nothing to undo');
  if (remove_image_origins === true) {
    throw refuse('image origins deleted on other hosts cannot be restored: omit remove_image_origins');
  }
}

/** @throws DomainError validationFailed when it is no time, or longer than a year */
export function undoWindowMs(window: string): number {
  const ms = durationMs(window, 'undo_window');
  if (ms > 0) return ms;
  throw new DomainError('validationFailed', { path: 'undo_window', message: 'must be longer than zero' });
}

function removal(request: GcRequest, now: Date): Omit<FacesGc, 'target' | keyof Manner> {
  const filters = freezeFilters(request.filters ?? {}, now, 'content.filters');
  if (!hasCondition(filters) && request.confirm_all !== true) {
    throw new DomainError('selectsEverything', {
      path: 'content.filters',
      message: 'add at least one non-empty condition, or confirm_all: true',
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

import { DomainError } from '../errors.ts';
import { freezeFilters } from '../tasks/filters.ts';
import type { RemovalContent, UndoFilters } from './gcContent.ts';

const facesOnly = ['list_id', 'face_ids'] as const;
const eventsOnly = [
  ...['handler_ids', 'sources', 'tags', 'track_ids', 'end_time__gte', 'end_time__lt'],
  ...['insert_time__gte', 'insert_time__lt'],
] as const;
const ofBoth = [
  'account_id',
  'event_ids',
  'external_ids',
  'user_data',
  'create_time__gte',
  'create_time__lt',
] as const;

/** What the objects of a gc can be told apart by when they are to be put back. */
const names: Readonly<Record<RemovalContent['target'], readonly string[]>> = {
  faces: [...ofBoth, ...facesOnly],
  events: [...ofBoth, ...eventsOnly],
  face_descriptors: ['face_ids'],
  event_descriptors: ['event_ids'],
  samples: ['create_time__gte', 'create_time__lt'],
};

/** @throws DomainError validationFailed for a filter that the objects do not have, or a time that is none */
export function freezeUndoFilters(
  objects: RemovalContent['target'],
  filters: UndoFilters,
  now: Date,
): UndoFilters {
  const unknown = Object.keys(filters).find((name) => !names[objects].includes(name));
  if (unknown !== undefined) {
    throw new DomainError('validationFailed', {
      path: `filters.${unknown}`,
      message: `this kind of object can be restored by ${names[objects].join(', ')}`,
    });
  }
  return freezeFilters(filters, now, 'filters');
}

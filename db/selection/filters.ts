import type { EventFilters, FaceFilters } from '../../domain/tasks/filters.ts';
import type { Binds } from '../sql/conditions.ts';
import type { Within } from './keyRange.ts';

/** The conditions of a filter over `faces f`, to be joined by "and"; the key's range is left to the caller. */
export function faceConditions(
  filters: FaceFilters,
  binds: Binds,
  within: Within,
  links = 'list_faces',
): string[] {
  return [
    ...equal('f.account_id', 'uuid', filters.account_id, binds),
    ...anyOf('f.face_id', 'uuid', filters.face_ids, binds),
    ...anyOf('f.event_id', 'uuid', filters.event_ids, binds),
    ...anyText('f.external_id', filters.external_ids, binds),
    ...equal('f.user_data', 'text', filters.user_data, binds),
    ...(filters.list_id === undefined ? [] : [inList(filters.list_id, binds, within, links)]),
    ...between('f.create_time', filters.create_time__gte, filters.create_time__lt, binds),
  ];
}

/** The same over `events e`. */
export function eventConditions(filters: EventFilters, binds: Binds): string[] {
  return [
    ...equal('e.account_id', 'uuid', filters.account_id, binds),
    ...anyOf('e.event_id', 'uuid', filters.event_ids, binds),
    ...anyOf('e.handler_id', 'uuid', filters.handler_ids, binds),
    ...anyText('e.source', filters.sources, binds),
    ...(filters.tags === undefined ? [] : [`e.tags && ${binds.add(filters.tags)}::text[]`]),
    ...anyText('e.external_id', filters.external_ids, binds),
    ...equal('e.user_data', 'text', filters.user_data, binds),
    ...anyText('e.track_id', filters.track_ids, binds),
    ...between('e.create_time', filters.create_time__gte, filters.create_time__lt, binds),
    ...between('e.end_time', filters.end_time__gte, filters.end_time__lt, binds),
    ...between('e.insert_time', filters.insert_time__gte, filters.insert_time__lt, binds),
  ];
}

function equal(column: string, type: string, value: string | undefined, binds: Binds): string[] {
  return value === undefined ? [] : [`${column} = ${binds.add(value)}::${type}`];
}

function anyOf(column: string, type: string, values: readonly string[] | undefined, binds: Binds): string[] {
  return values === undefined ? [] : [`${column} = any(${binds.add(values)}::${type}[])`];
}

/** The indexes of these columns leave empty texts out, and PostgreSQL looks into lists of up to 100 values only. */
function anyText(column: string, values: readonly string[] | undefined, binds: Binds): string[] {
  const isIndexed = values !== undefined && !values.includes('');
  return [...anyOf(column, 'text', values, binds), ...(isIndexed ? [`${column} <> ''`] : [])];
}

/** PostgreSQL does not conclude from the face's range to the link's: without it each step reads the list anew. */
function inList(listId: string, binds: Binds, within: Within, links: string): string {
  const conditions = [
    'l.face_id = f.face_id',
    `l.list_id = ${binds.add(listId)}::uuid`,
    ...within('l.face_id'),
  ];
  return `exists (select from ${links} l where ${conditions.join(' and ')})`;
}

export function between(
  column: string,
  from: string | undefined,
  below: string | undefined,
  binds: Binds,
): string[] {
  return [
    ...(from === undefined ? [] : [`${column} >= ${binds.add(from)}::timestamptz`]),
    ...(below === undefined ? [] : [`${column} < ${binds.add(below)}::timestamptz`]),
  ];
}

import type { TaskWork } from '../../domain/tasks/engineTask.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { SampleFilters } from '../../domain/tasks/filters.ts';
import type { GcContent, UndoContent } from '../../domain/gc/gcContent.ts';
import { asideOf, asideTable } from '../gc/aside.ts';
import type { Binds } from '../sql/conditions.ts';
import { between, eventConditions, faceConditions } from './filters.ts';
import { createWithin, type KeyRange, type Within } from './keyRange.ts';

/** What a task selects of a key range, as pieces of SQL: the same ones plan it, count it, and do it. */
export interface Selection {
  /** A table with its alias, and joins. */
  readonly from: string;
  /** The column whose order the task walks. */
  readonly key: string;
  readonly conditions: readonly string[];
}

/** The table whose primary key begins with the key that a task walks. */
export interface WalkedTable {
  readonly table: string;
  readonly key: string;
  /** Which partition is meant. */
  readonly conditions: readonly string[];
}

/** A task as far as its selection goes. */
export type SelectingTask = TaskWork & {
  readonly upperBound: string;
  readonly isDefaultRemoved: boolean;
};

export function selectionOf(work: SelectingTask, range: KeyRange, binds: Binds): Selection {
  return work.kind === 'gc'
    ? gcSelection(work.content, work.upperBound, range, binds)
    : extractSelection(work, range, binds);
}

export function walkedTable(work: TaskWork): WalkedTable {
  if (work.kind === 'extract') return ownerTable(work.content.filters.objects_type);
  const { content } = work;
  switch (content.target) {
    case 'faces':
    case 'events':
      return ownerTable(content.target);
    case 'samples':
      return { table: 'samples s', key: 's.owner_id', conditions: [] };
    case 'face_descriptors':
    case 'event_descriptors':
      return {
        table: `${content.target} d`,
        key: content.target === 'face_descriptors' ? 'd.face_id' : 'd.event_id',
        conditions: [`d.descriptor_version = ${version(content.filters.descriptor_version)}`],
      };
    case 'undo':
    case 'purge': {
      const { table, owner } = asideOf(content.of, content.objects);
      const alias = asideAliases[content.objects];
      const key = `${alias}.${owner}`;
      return { table: `${table} ${alias}`, key, conditions: [] };
    }
  }
}

// As the filters name the same tables.
const asideAliases = {
  faces: 'f',
  events: 'e',
  face_descriptors: 'd',
  event_descriptors: 'd',
  samples: 's',
} as const;

function ownerTable(objects: 'faces' | 'events'): WalkedTable {
  return objects === 'faces'
    ? { table: 'faces f', key: 'f.face_id', conditions: [] }
    : { table: 'events e', key: 'e.event_id', conditions: [] };
}

/** What the admin's filter says about the rows of the walked table. */
export function filterConditions(work: TaskWork, binds: Binds, within: Within): string[] {
  if (work.kind === 'extract') {
    const { filters } = work.content;
    return filters.objects_type === 'faces'
      ? faceConditions(filters, binds, within)
      : eventConditions(filters, binds);
  }
  const { content } = work;
  switch (content.target) {
    case 'faces':
      return faceConditions(content.filters, binds, within);
    case 'events':
      return eventConditions(content.filters, binds);
    case 'event_descriptors':
      return [`d.descriptor_type = ${binds.add(content.filters.descriptor_type)}`];
    // No index finds samples by their age: it is looked at on the walk, with their owners.
    case 'samples':
    case 'face_descriptors':
    case 'purge':
      return [];
    case 'undo':
      return asideConditions(content, binds, within);
  }
}

/** What an undo is to put back of all that is kept aside. */
function asideConditions({ of, objects, filters }: UndoContent, binds: Binds, within: Within): string[] {
  switch (objects) {
    case 'faces':
      return faceConditions(filters, binds, within, asideTable(of, 'list_faces'));
    case 'events':
      return eventConditions(filters, binds);
    case 'face_descriptors':
      return filters.face_ids === undefined
        ? []
        : [`d.face_id = any(${binds.add(filters.face_ids)}::uuid[])`];
    case 'event_descriptors':
      return filters.event_ids === undefined
        ? []
        : [`d.event_id = any(${binds.add(filters.event_ids)}::uuid[])`];
    case 'samples':
      return between('s.create_time', filters.create_time__gte, filters.create_time__lt, binds);
  }
}

/** Objects that came into being after the task are not its business (docs/decisions/0005). */
export function gcSelection(
  content: GcContent,
  upperBound: string,
  range: KeyRange,
  binds: Binds,
): Selection {
  const work: TaskWork = { kind: 'gc', content };
  const within = createWithin(range, binds);
  const { table, key, conditions } = walkedTable(work);
  if (content.target === 'undo' || content.target === 'purge') {
    // An owner is selected once, however many kinds of samples it has.
    const other = `select from ${table.split(' ')[0]} n where n.owner_id = s.owner_id and n.kind < s.kind`;
    return {
      ...{ from: table, key },
      conditions: [
        ...['true', ...within(key), ...filterConditions(work, binds, within)],
        ...(content.objects === 'samples' ? [`not exists (${other})`] : []),
      ],
    };
  }
  return {
    ...{ from: table, key },
    conditions: [
      ...conditions,
      ...within(key),
      ...filterConditions(work, binds, within),
      ...(content.target === 'samples' ? ownerlessConditions(content.filters, binds, within) : []),
      createdBefore(table, upperBound, binds),
    ],
  };
}

/**
 * Samples whose face or event is gone. The newest one stands for all of its owner's, so that each owner is selected
 * once, and none whose sample has only just come.
 */
function ownerlessConditions(filters: SampleFilters, binds: Binds, within: Within): string[] {
  const newer = ['n.owner_id = s.owner_id', '(n.create_time, n.kind) > (s.create_time, s.kind)'];
  const without = (from: string, ...conditions: string[]) =>
    `not exists (select from ${from} where ${conditions.join(' and ')})`;
  return [
    without('faces f', 'f.face_id = s.owner_id', ...within('f.face_id')),
    without('events e', 'e.event_id = s.owner_id', ...within('e.event_id')),
    without('samples n', ...newer, ...within('n.owner_id')),
    ...between('s.create_time', filters.create_time__gte, filters.create_time__lt, binds),
  ];
}

/** What an extract has to make, descriptors or attributes, and the filtered objects lack. */
function extractSelection(
  work: SelectingTask & { readonly kind: 'extract' },
  range: KeyRange,
  binds: Binds,
): Selection {
  const { content, upperBound, isDefaultRemoved } = work;
  const within = createWithin(range, binds);
  const { table, key } = walkedTable(work);
  const isSelectedBySample = content.extraction_target === 'basic_attributes' || isDefaultRemoved;
  const withDefault = (): string => {
    const present = descriptorOf(content, content.options.default_descriptor_version, 'd', key, within);
    return `${table} join ${present.table} on ${present.condition}`;
  };
  return {
    from: isSelectedBySample ? table : withDefault(),
    key,
    conditions: [
      ...within(key),
      ...filterConditions(work, binds, within),
      createdBefore(table, upperBound, binds),
      ...(isSelectedBySample ? [hasSample(content, key, within)] : []),
      lacksWanted(content, key, within),
    ],
  };
}

// The range stands at each table: PostgreSQL concludes from one key to another that equals it for "=" only, and would
// merge each step's range with everything before it.

/** The kind of sample that the task's network reads. */
export function sampleKindOf(content: ExtractContent): 'face' | 'body' {
  return content.extraction_target === 'body_descriptor' ? 'body' : 'face';
}

/** Whether the object `key` has a sample that the task's network could read. */
export function hasSample(content: ExtractContent, key: string, within: Within): string {
  const conditions = [`p.owner_id = ${key}`, `p.kind = '${sampleKindOf(content)}'`, ...within('p.owner_id')];
  return `exists (select from samples p where ${conditions.join(' and ')})`;
}

/** Whether the object `key` lacks what the task makes. */
export function lacksWanted(content: ExtractContent, key: string, within: Within): string {
  if (content.extraction_target !== 'basic_attributes') {
    const { table, condition } = descriptorOf(content, content.options.descriptor_version, 'w', key, within);
    return `not exists (select from ${table} where ${condition})`;
  }
  if (content.filters.objects_type === 'events') return 'e.basic_attributes is null';
  const present = [`w.face_id = ${key}`, 'w.basic_attributes is not null', ...within('w.face_id')];
  return `not exists (select from attributes w where ${present.join(' and ')})`;
}

/** The object's descriptor of the task's type in one version. */
function descriptorOf(
  content: ExtractContent,
  descriptorVersion: number | undefined,
  alias: string,
  key: string,
  within: Within,
): { table: string; condition: string } {
  const faces = content.filters.objects_type === 'faces';
  const column = `${alias}.${faces ? 'face_id' : 'event_id'}`;
  const conditions = [
    `${column} = ${key} and ${alias}.descriptor_version = ${version(descriptorVersion)}`,
    ...(faces ? [] : [`${alias}.descriptor_type = '${sampleKindOf(content)}'`]),
    ...within(column),
  ];
  return {
    table: `${faces ? 'face_descriptors' : 'event_descriptors'} ${alias}`,
    condition: conditions.join(' and '),
  };
}

// Whoever writes a sample before its owner has this long for the owner.
const ownerComesWithin = '10 minutes';

/** An event's end and creation are told by the camera; when it was stored is what counts. */
function createdBefore(table: string, upperBound: string, binds: Binds): string {
  const alias = table.split(' ')[1] ?? '';
  const column = alias === 'e' ? 'insert_time' : 'create_time';
  const bound = `${binds.add(upperBound)}::timestamptz`;
  return `${alias}.${column} < ${bound}${alias === 's' ? ` - interval '${ownerComesWithin}'` : ''}`;
}

/** Versions stand in the text, not among the values, so that the planner sees which partition is meant. */
function version(value: number | undefined): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`not a descriptor version: ${String(value)}`);
  return String(value);
}

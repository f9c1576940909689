import type { ExtractContent } from '../domain/tasks/extractContent.ts';
import type { GcContent } from '../domain/tasks/gcContent.ts';
import type { Binds } from './binds.ts';
import { eventConditions, faceConditions } from './filters.ts';

/** What a task selects, as pieces of SQL: the same ones plan it, count it, and do it. */
export interface Selection {
  /** A table with its alias, and joins. */
  readonly from: string;
  /** The column whose order the task walks. */
  readonly key: string;
  readonly conditions: readonly string[];
}

/** Objects that came into being after the task are not its business (docs/decisions/0005). */
export function gcSelection(content: GcContent, upperBound: string, binds: Binds): Selection {
  const { from, key, conditions } = gcTarget(content, binds);
  return { from, key, conditions: [...conditions, createdBefore(from, upperBound, binds)] };
}

function gcTarget(content: GcContent, binds: Binds): Selection {
  switch (content.target) {
    case 'faces':
      return { from: 'faces f', key: 'f.face_id', conditions: faceConditions(content.filters, binds) };
    case 'events':
      return { from: 'events e', key: 'e.event_id', conditions: eventConditions(content.filters, binds) };
    case 'face_descriptors':
      return {
        from: 'face_descriptors d',
        key: 'd.face_id',
        conditions: [`d.descriptor_version = ${version(content.filters.descriptor_version)}`],
      };
    case 'event_descriptors':
      return {
        from: 'event_descriptors d',
        key: 'd.event_id',
        conditions: [
          `d.descriptor_version = ${version(content.filters.descriptor_version)}`,
          `d.descriptor_type = ${binds.add(content.filters.descriptor_type)}`,
        ],
      };
  }
}

/** What an extract has to make: descriptors, or attributes, that the filtered objects lack. */
export function extractSelection(content: ExtractContent, upperBound: string, binds: Binds): Selection {
  return content.extraction_target === 'basic_attributes'
    ? withoutAttributes(content, upperBound, binds)
    : withoutDescriptor(content, upperBound, binds);
}

/** Objects that have a face's sample and no attributes. */
function withoutAttributes({ filters }: ExtractContent, upperBound: string, binds: Binds): Selection {
  const sampled = (key: string) =>
    `exists (select from samples p where p.owner_id = ${key} and p.kind = 'face')`;
  if (filters.objects_type === 'faces') {
    return {
      from: 'faces f',
      key: 'f.face_id',
      conditions: [
        ...faceConditions(filters, binds),
        createdBefore('faces f', upperBound, binds),
        sampled('f.face_id'),
        `not exists (select from attributes w where w.face_id = f.face_id and w.basic_attributes is not null)`,
      ],
    };
  }
  return {
    from: 'events e',
    key: 'e.event_id',
    conditions: [
      ...eventConditions(filters, binds),
      createdBefore('events e', upperBound, binds),
      sampled('e.event_id'),
      'e.basic_attributes is null',
    ],
  };
}

/** Objects that have a descriptor of the default version and lack the wanted one. */
function withoutDescriptor(content: ExtractContent, upperBound: string, binds: Binds): Selection {
  const { filters, options } = content;
  const wanted = version(options.descriptor_version);
  const present = version(options.default_descriptor_version);
  if (filters.objects_type === 'faces') {
    return {
      from: `faces f join face_descriptors d on d.face_id = f.face_id and d.descriptor_version = ${present}`,
      key: 'f.face_id',
      conditions: [
        ...faceConditions(filters, binds),
        createdBefore('faces f', upperBound, binds),
        `not exists (select from face_descriptors w where w.face_id = f.face_id and w.descriptor_version = ${wanted})`,
      ],
    };
  }
  const type = binds.add(content.extraction_target === 'body_descriptor' ? 'body' : 'face');
  return {
    from: `events e join event_descriptors d on d.event_id = e.event_id and d.descriptor_version = ${present}
      and d.descriptor_type = ${type}`,
    key: 'e.event_id',
    conditions: [
      ...eventConditions(filters, binds),
      createdBefore('events e', upperBound, binds),
      `not exists (select from event_descriptors w where w.event_id = e.event_id
         and w.descriptor_version = ${wanted} and w.descriptor_type = ${type})`,
    ],
  };
}

/** An event's end and creation are told by the camera; when it was stored is what counts. */
function createdBefore(from: string, upperBound: string, binds: Binds): string {
  const alias = from.split(' ')[1] ?? '';
  const column = alias === 'e' ? 'insert_time' : 'create_time';
  return `${alias}.${column} < ${binds.add(upperBound)}::timestamptz`;
}

/** Versions stand in the text, not among the values, so that the planner sees which partition is meant. */
function version(value: number | undefined): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`not a descriptor version: ${String(value)}`);
  return String(value);
}

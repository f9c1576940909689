import { v7 } from 'uuid';
import type { Extracted } from '../../domain/extract/extraction.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Sql } from '../sql/connection.ts';
import { sampleKindOf } from '../selection/selection.ts';
import { toBytes } from './descriptorBytes.ts';

/** Why what was made of an object's sample was not written. */
export type Refusal = 'gone' | 'changed' | 'present';

/**
 * Writes what was made of a batch's samples, each only while its object is there, its sample's generation is
 * unchanged and it still lacks what was made: the rows are locked by the same statement, so a removal or a
 * replacement that comes at the same time is either seen here or sees what was written. The batch's result is
 * stored when the task wants it.
 * @returns the objects that were not written, and why
 */
export async function writeExtracted(
  tx: Sql,
  part: ClaimedPart,
  content: ExtractContent,
  objects: readonly Extracted[],
): Promise<Map<string, Refusal>> {
  if (objects.length === 0) return new Map();
  const done = new Set([
    ...(await insertDescriptors(tx, content, objects)),
    ...(await writeAttributes(tx, content, objects)),
  ]);
  await storeResult(
    tx,
    part,
    content,
    objects.filter(({ objectId }) => done.has(objectId)),
  );
  if (done.size === objects.length) return new Map();
  return explain(
    tx,
    content,
    objects.filter(({ objectId }) => !done.has(objectId)),
  );
}

async function insertDescriptors(
  tx: Sql,
  content: ExtractContent,
  objects: readonly Extracted[],
): Promise<string[]> {
  const described = objects.filter((object) => object.kind === 'extracted');
  if (described.length === 0) return [];
  const faces = content.filters.objects_type === 'faces';
  const [owner, ownerKey] = faces ? ['faces', 'face_id'] : ['events', 'event_id'];
  const [table, type] = faces
    ? ['face_descriptors (face_id, descriptor_version, descriptor, generation)', '']
    : [
        'event_descriptors (event_id, descriptor_version, descriptor, generation, descriptor_type)',
        ', $5::text',
      ];
  const written = await tx.query<{ id: string }>(
    `insert into ${table}
     select o.${ownerKey}, $4::integer, x.descriptor, x.generation ${type}
     from unnest($1::uuid[], $2::integer[], $3::bytea[]) x (id, generation, descriptor)
     join ${owner} o on o.${ownerKey} = x.id and o.${ownerKey} between $6::uuid and $7::uuid
     join samples s on s.owner_id = x.id and s.kind = $5::text and s.generation = x.generation
     order by x.id for key share of o for share of s
     on conflict do nothing
     returning ${ownerKey} as id`,
    [
      described.map(({ objectId }) => objectId),
      described.map(({ generation }) => generation),
      described.map(({ descriptor }) => toBytes(descriptor)),
      content.options.descriptor_version,
      sampleKindOf(content),
      ...boundsOf(described),
    ],
  );
  return written.map(({ id }) => id);
}

/** A face's attributes are a row of their own, an event's are a column of it. */
const attributeStatements = {
  // A face whose attributes row is already there, with its sample alone, gets them into that row.
  faces: `insert into attributes (face_id, attribute_id, basic_attributes, sample_generation)
     select o.face_id, x.attribute_id, x.found, x.generation
     from unnest($1::uuid[], $2::integer[], $3::jsonb[], $6::uuid[]) x (id, generation, found, attribute_id)
     join faces o on o.face_id = x.id and o.face_id between $4::uuid and $5::uuid
     join samples s on s.owner_id = x.id and s.kind = 'face' and s.generation = x.generation
     order by x.id for key share of o for share of s
     on conflict (face_id) do update set basic_attributes = excluded.basic_attributes,
       sample_generation = excluded.sample_generation where attributes.basic_attributes is null
     returning face_id as id`,
  // Locked in the order of their ids first: an update alone would take its rows in any order.
  events: `with mine as (
       select o.event_id, x.found, x.generation
       from unnest($1::uuid[], $2::integer[], $3::jsonb[]) x (id, generation, found)
       join events o on o.event_id = x.id and o.event_id between $4::uuid and $5::uuid and o.basic_attributes is null
       join samples s on s.owner_id = x.id and s.kind = 'face' and s.generation = x.generation
       order by x.id for no key update of o for share of s
     )
     update events e set basic_attributes = mine.found, sample_generation = mine.generation
     from mine where e.event_id = mine.event_id and e.event_id between $4::uuid and $5::uuid
     returning e.event_id as id`,
} as const;

async function writeAttributes(
  tx: Sql,
  content: ExtractContent,
  objects: readonly Extracted[],
): Promise<string[]> {
  const attributed = objects.filter((object) => object.kind === 'attributed');
  if (attributed.length === 0) return [];
  const kind = content.filters.objects_type;
  const written = await tx.query<{ id: string }>(attributeStatements[kind], [
    attributed.map(({ objectId }) => objectId),
    attributed.map(({ generation }) => generation),
    attributed.map(({ attributes }) => JSON.stringify(attributes)),
    ...boundsOf(attributed),
    ...(kind === 'faces' ? [attributed.map(() => v7())] : []),
  ]);
  return written.map(({ id }) => id);
}

/** The least and the greatest id: with them only the partitions that hold them are read. */
function boundsOf(objects: readonly Extracted[]): [string | undefined, string | undefined] {
  const ids = objects.map(({ objectId }) => objectId).sort();
  return [ids[0], ids.at(-1)];
}

async function storeResult(
  tx: Sql,
  part: ClaimedPart,
  content: ExtractContent,
  written: readonly Extracted[],
): Promise<void> {
  if (!content.store_results || written.length === 0) return;
  await tx.query(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids, sample_ids, generations)
     values ($1, $2, $3, $4, $5::uuid[], $6::uuid[], $7::integer[])`,
    [
      part.task.taskId,
      part.partNo,
      part.checkpoint.batches + 1,
      written.length,
      written.map(({ objectId }) => objectId),
      written.map(({ sampleId }) => sampleId),
      written.map(({ generation }) => generation),
    ],
  );
}

async function explain(
  tx: Sql,
  content: ExtractContent,
  objects: readonly Extracted[],
): Promise<Map<string, Refusal>> {
  const [owner, key] =
    content.filters.objects_type === 'faces' ? ['faces', 'face_id'] : ['events', 'event_id'];
  const rows = await tx.query<{ id: string; refusal: Refusal }>(
    `select x.id, case when o.${key} is null then 'gone'
       when s.generation is distinct from x.generation then 'changed' else 'present' end as refusal
     from unnest($1::uuid[], $2::integer[]) x (id, generation)
     left join ${owner} o on o.${key} = x.id
     left join samples s on s.owner_id = x.id and s.kind = $3::text`,
    [
      objects.map(({ objectId }) => objectId),
      objects.map(({ generation }) => generation),
      sampleKindOf(content),
    ],
  );
  return new Map(rows.map(({ id, refusal }) => [id, refusal]));
}

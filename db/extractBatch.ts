import type { ClaimedPart } from '../domain/tasks/parts.ts';
import type { Candidate, ExtractOutcome } from '../domain/tasks/extraction.ts';
import type { ExtractContent } from '../domain/tasks/extractContent.ts';
import { createBinds } from './binds.ts';
import type { Sql } from './connection.ts';
import { extractSelection } from './selection.ts';

/** What was computed for an object. */
export type ExtractedObject = Extract<ExtractOutcome, { kind: 'extracted' }>;

/** Why an object's descriptor was not written although it was computed. */
export type Refusal = 'gone' | 'changed' | 'present';

function sampleKindOf(content: ExtractContent): 'face' | 'body' {
  return content.extraction_target === 'body_descriptor' ? 'body' : 'face';
}

/** The next `size` selected objects of the part's range after `cursor`, by key. */
export async function readCandidates(
  db: Sql,
  part: ClaimedPart,
  content: ExtractContent,
  cursor: string | null,
  size: number,
): Promise<Candidate[]> {
  const binds = createBinds();
  const selection = extractSelection(content, part.task.upperBound, binds);
  const conditions = [
    ...selection.conditions,
    ...(cursor === null ? [] : [`${selection.key} > ${binds.add(cursor)}::uuid`]),
    `${selection.key} <= ${binds.add(part.range.toKey)}::uuid`,
  ];
  return db.query<Candidate>(
    `select ${selection.key} as "objectId", s.sample_id as "sampleId", s.generation, s.storage_key as "storageKey",
       true as selected
     from ${selection.from}
     left join samples s on s.owner_id = ${selection.key} and s.kind = ${binds.add(sampleKindOf(content))}
     where ${conditions.join(' and ')} order by ${selection.key} limit ${size}`,
    binds.values,
  );
}

/** The next objects of the part whose error is open, after `cursor`. */
export async function readFailedCandidates(
  db: Sql,
  part: ClaimedPart,
  content: ExtractContent,
  cursor: string | null,
  size: number,
): Promise<Candidate[]> {
  const binds = createBinds();
  const selection = extractSelection(content, part.task.upperBound, binds);
  const after = cursor === null ? '' : `and e0.object_id > ${binds.add(cursor)}::uuid`;
  return db.query<Candidate>(
    `select e0.object_id as "objectId", s.sample_id as "sampleId", s.generation, s.storage_key as "storageKey",
       exists (select from ${selection.from}
         where ${selection.key} = e0.object_id and ${selection.conditions.join(' and ')}) as selected
     from task_errors e0
     left join samples s on s.owner_id = e0.object_id and s.kind = ${binds.add(sampleKindOf(content))}
     where e0.task_id = ${binds.add(part.task.taskId)} and e0.part_no = ${binds.add(part.partNo)}
       and e0.object_id is not null and e0.overcome_time is null ${after}
     order by e0.object_id limit ${size}`,
    binds.values,
  );
}

/**
 * Adds the new descriptors, each only while its object is there and its sample's generation is unchanged: both rows
 * are locked by the same statement, so a removal or a replacement that comes at the same time is either seen here
 * or sees the new descriptor. The batch's result is stored when the task wants it.
 * @returns the objects that were not written, and why
 */
export async function insertDescriptors(
  tx: Sql,
  part: ClaimedPart,
  content: ExtractContent,
  objects: readonly ExtractedObject[],
): Promise<Map<string, Refusal>> {
  if (objects.length === 0) return new Map();
  const kind = sampleKindOf(content);
  const version = content.options.descriptor_version;
  const faces = content.filters.objects_type === 'faces';
  const [owner, ownerKey] = faces ? ['faces', 'face_id'] : ['events', 'event_id'];
  const [table, type] = faces
    ? ['face_descriptors (face_id, descriptor_version, descriptor, generation)', '']
    : [
        'event_descriptors (event_id, descriptor_version, descriptor, generation, descriptor_type)',
        ', $5::text',
      ];
  const ids = objects.map(({ objectId }) => objectId);
  const written = await tx.query<{ id: string }>(
    `insert into ${table}
     select o.${ownerKey}, $4::integer, x.descriptor, x.generation ${type}
     from unnest($1::uuid[], $2::integer[], $3::bytea[]) x (id, generation, descriptor)
     join ${owner} o on o.${ownerKey} = x.id
     join samples s on s.owner_id = x.id and s.kind = $5::text and s.generation = x.generation
     order by x.id for key share of o for share of s
     on conflict do nothing
     returning ${ownerKey} as id`,
    [ids, objects.map((o) => o.generation), objects.map((o) => toBytes(o.descriptor)), version, kind],
  );
  const done = new Set(written.map(({ id }) => id));
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

async function storeResult(
  tx: Sql,
  part: ClaimedPart,
  content: ExtractContent,
  written: readonly ExtractedObject[],
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
  objects: readonly ExtractedObject[],
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

/** Little-endian float32, as every reader of the table expects; a view when the machine's order is the same. */
function toBytes(descriptor: Float32Array): Buffer {
  return Buffer.from(descriptor.buffer, descriptor.byteOffset, descriptor.byteLength);
}

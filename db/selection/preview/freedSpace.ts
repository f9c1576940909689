import { isRehearsal, type GcContent } from '../../../domain/gc/gcContent.ts';
import { askInTime } from '../../sql/askInTime.ts';
import { targetOf, type PreviewedWork, type Target } from './previewedWork.ts';

/** What goes with an object: tables, and those whose rows say how many objects share them. */
const tables: Record<Target, readonly (readonly [table: string, sharedBy: readonly string[]])[]> = {
  faces: [
    ['faces', ['faces']],
    ['attributes', ['faces']],
    ['list_faces', ['faces']],
    ['face_descriptors', ['faces']],
    ['image_origins', ['faces', 'events']],
  ],
  events: [
    ['events', ['events']],
    ['event_descriptors', ['events']],
    ['image_origins', ['faces', 'events']],
  ],
  face_descriptors: [],
  event_descriptors: [],
  samples: [['samples', ['samples']]],
};

/**
 * Bytes of the database that the rows of so many objects take, with their indexes, by what the tables take now; null: it
 * could not be told. Files of samples are not among them.
 */
export async function freedBytes(previewed: PreviewedWork, count: number): Promise<number | null> {
  const { tx, work, limits } = previewed;
  if (work.kind !== 'gc' || isRehearsal(work.content)) return null;
  const wanted = tablesOf(work.content, targetOf(previewed));
  const rows = await askInTime<{ perObject: number | null }>(
    tx,
    limits.questionMs,
    // Of a table that has no partitions pg_partition_tree tells nothing.
    `with stored as materialized (
       select name, c.reltuples, pg_total_relation_size(c.oid) as size
       from unnest($1::text[]) as wanted (name)
         cross join lateral (
           select to_regclass(name) as oid union select relid from pg_partition_tree(to_regclass(name))
         ) t
         join pg_class c using (oid)
       where c.relkind = 'r'
     )
     select sum(size / nullif(objects, 0))::double precision as "perObject" from (
       select (select sum(size) from stored s where s.name = t.name) as size,
         (select sum(greatest(reltuples, 0)) from stored s where s.name = any(string_to_array(t.shared, ' '))) as objects
       from unnest($2::text[], $3::text[]) as t (name, shared)
     ) sizes`,
    [
      [...new Set(wanted.flatMap(([table, sharedBy]) => [table, ...sharedBy]))],
      wanted.map(([table]) => table),
      wanted.map(([, sharedBy]) => sharedBy.join(' ')),
    ],
  );
  const perObject = rows?.[0]?.perObject ?? null;
  return perObject === null ? null : Math.round(perObject * count);
}

function tablesOf(content: GcContent, target: Target): (typeof tables)[Target] {
  if (content.target === 'face_descriptors' || content.target === 'event_descriptors') {
    const partition = `${content.target}_v${content.filters.descriptor_version}`;
    return [[partition, [partition]]];
  }
  const removesSamples = 'remove_samples' in content && content.remove_samples;
  return [...tables[target], ...(removesSamples ? ([['samples', ['faces', 'events']]] as const) : [])];
}

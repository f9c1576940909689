import type { Sql } from '../../db/sql/connection.ts';

export interface Counts {
  readonly faces: number;
  readonly events: number;
  readonly attributes: number;
  readonly samples: number;
  readonly listed: number;
  readonly eventDescriptors: number;
  readonly tombstones: number;
}

/** How many rows the tables hold now. */
export async function countTables(db: Sql): Promise<Counts> {
  const [counts] = await db.query<Counts>(
    `select (select count(*) from faces) as faces, (select count(*) from events) as events,
       (select count(*) from attributes) as attributes, (select count(*) from samples where kind = 'face') as samples,
       (select count(*) from list_faces) as listed,
       (select count(*) from event_descriptors where descriptor_type = 'face') as "eventDescriptors",
       (select count(*) from sample_tombstones) as tombstones`,
  );
  if (counts === undefined) throw new Error('counting the tables answered no row');
  return counts;
}

export async function countFaceDescriptors(db: Sql, version: number): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    'select count(*) as count from face_descriptors where descriptor_version = $1',
    [version],
  );
  return row?.count ?? 0;
}

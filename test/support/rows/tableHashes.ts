import type { Sql } from '../../../db/sql/connection.ts';

const tables = [
  ...['faces', 'attributes', 'list_faces', 'face_descriptors', 'events', 'event_descriptors', 'samples'],
  ...['image_origins', 'sample_tombstones', 'origin_removals'],
] as const;

export type TableHashes = Readonly<Record<string, string>>;

/** One hash of all rows for each table that a gc changes, and how many rows it has. */
export async function tableHashes(db: Sql): Promise<TableHashes> {
  const hashes: Record<string, string> = {};
  for (const table of tables) {
    const [row] = await db.query<{ hash: string }>(
      `select count(*) || ' ' || coalesce(sum(hashtextextended(x::text, 0)::numeric), 0) as hash from ${table} x`,
    );
    hashes[table] = row?.hash ?? '';
  }
  return hashes;
}

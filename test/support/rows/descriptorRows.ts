import { toBytes } from '../../../db/extract/descriptorBytes.ts';
import type { Database } from '../../../db/sql/connection.ts';

/** Gives objects that have a descriptor of the version this one. */
export async function setDescriptors(
  db: Database,
  table: 'face_descriptors' | 'event_descriptors',
  version: number,
  descriptors: readonly (readonly [objectId: string, descriptor: Float32Array])[],
): Promise<void> {
  const key = table === 'face_descriptors' ? 'face_id' : 'event_id';
  await db.query(
    `update ${table} d set descriptor = x.descriptor from unnest($2::uuid[], $3::bytea[]) x (id, descriptor)
     where d.${key} = x.id and d.descriptor_version = $1`,
    [version, descriptors.map(([id]) => id), descriptors.map(([, descriptor]) => toBytes(descriptor))],
  );
}

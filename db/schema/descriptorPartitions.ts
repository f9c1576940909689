import type { Sql } from '../sql/connection.ts';

/**
 * Makes the partition of a descriptor version when it is not there yet. Harmless when several processes do it at
 * once; takes a short lock on the parent table only for the first descriptor of a new version.
 */
export async function ensureDescriptorPartition(
  db: Sql,
  parent: 'face_descriptors' | 'event_descriptors',
  descriptorVersion: number,
): Promise<void> {
  if (!Number.isSafeInteger(descriptorVersion)) throw new TypeError(`not a version: ${descriptorVersion}`);
  const name = `${parent}_v${descriptorVersion}`;
  const [found] = await db.query<{ there: boolean }>('select to_regclass($1) is not null there', [name]);
  if (found?.there === true) return;
  await db.query('select ensure_descriptor_partition($1, $2)', [parent, descriptorVersion]);
}

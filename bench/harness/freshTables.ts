import { seedVolume } from '../../db/faces/seedVolume.ts';
import type { Bed } from './bed.ts';

/** Descriptors of so many floats. */
export const dimension = 128;

/**
 * Tables as fresh for one measurement as for the next: new files, rows seeded, vacuumed, analyzed, written to disk.
 * Accounts other than the bed's own may be given rows too; each has its own seed.
 */
export async function freshTables(
  { db, accountId }: Pick<Bed, 'db' | 'accountId'>,
  faces: number,
  {
    versions = [1],
    others = [],
  }: {
    readonly versions?: readonly number[];
    readonly others?: readonly { readonly accountId: string; readonly faces: number }[];
  } = {},
): Promise<void> {
  await db.query(`truncate faces, attributes, samples, list_faces, face_descriptors, image_origins,
    sample_tombstones, lists, tasks cascade`);
  const vectors = versions.map((version) => ({ version, dimension }));
  for (const [at, owner] of [{ accountId, faces }, ...others].entries()) {
    await seedVolume(db, { ...owner, events: 0, versions: vectors, seed: at + 1 });
  }
  await db.query('vacuum (analyze)');
  await db.query('checkpoint');
}

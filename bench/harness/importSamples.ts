import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { copySamplePhotos, peopleInSamplePhotos as people } from '../../commands/import/copySamplePhotos.ts';
import { runImport } from '../../commands/import/runImport.ts';
import { ensureDescriptorPartition } from '../../db/schema/descriptorPartitions.ts';
import type { Bed } from './bed.ts';
import type { Say } from './figures.ts';

// The quickest: what is made here is not what is measured.
const importedVersion = 3;

/**
 * At least so many samples of real faces, jittered, which seem to have the default version; answers
 * their files. Those of an earlier measurement on the same bed are taken again.
 */
export async function importSamples(bed: Bed, wanted: number, say: Say): Promise<string[]> {
  const { config } = bed.running;
  const copies = Math.max(0, Math.ceil(wanted / people) - 1);
  const [found] = await bed.db.query<{ faces: number }>('select count(*) as faces from faces');
  if (found?.faces !== people * (1 + copies)) await importAnew(bed, copies, say);
  await pretendVersion(bed, config.defaultDescriptorVersion);
  const store = config.imageStore.replace(/^folder:/, '');
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  // The mark of the folder is no sample.
  const samples = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return samples.map((entry) => join(entry.parentPath, entry.name));
}

async function importAnew(bed: Bed, copies: number, say: Say): Promise<void> {
  const { env, config } = bed.running;
  say(`importing the sample photos with ${copies} copies of each face`);
  const photos = join(config.dataDir, 'photos');
  await copySamplePhotos(photos);
  await runImport({
    args: [photos, '--account', config.adminLogin, '--copies', String(copies)],
    env: { ...env, DEFAULT_DESCRIPTOR_VERSION: String(importedVersion) },
    onLine: say,
    signal: bed.signal,
  });
}

/** As if every face had been described by that network alone. */
async function pretendVersion({ db }: Bed, version: number): Promise<void> {
  await ensureDescriptorPartition(db, 'face_descriptors', version);
  await db.query('delete from face_descriptors where descriptor_version <> $1', [version]);
  await db.query(
    `insert into face_descriptors (face_id, descriptor_version, descriptor, generation)
     select face_id, $1, '\\x00', 1 from faces on conflict do nothing`,
    [version],
  );
}

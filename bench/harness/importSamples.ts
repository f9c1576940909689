import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { copySamplePhotos, peopleInSamplePhotos as people } from '../../commands/import/copySamplePhotos.ts';
import { runImport } from '../../commands/import/runImport.ts';
import type { Environment } from '../../platform/config.ts';
import type { Bed } from './bed.ts';
import type { Say } from './figures.ts';

/** At least so many samples of real faces, jittered; answers their files. */
export async function importSamples(
  { running, signal }: Bed,
  wanted: number,
  say: Say,
  settings: Environment = {},
): Promise<string[]> {
  const copies = Math.max(0, Math.ceil(wanted / people) - 1);
  say(`importing the sample photos with ${copies} copies of each face`);
  const { env, config } = running;
  const photos = join(config.dataDir, 'photos');
  await copySamplePhotos(photos);
  const args = [photos, '--account', config.adminLogin, '--copies', String(copies)];
  await runImport({ args, env: { ...env, ...settings }, onLine: say, signal });
  const store = config.imageStore.replace(/^folder:/, '');
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  // The mark of the folder is no sample.
  const samples = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return samples.map((entry) => join(entry.parentPath, entry.name));
}

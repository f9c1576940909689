import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { samplePhotos } from '../extraction/photoFiles.ts';

/** What the six sample photos are known to show. */
export const peopleInSamplePhotos = 22;

/** Puts the sample photos, and nothing else, into a new folder, for the importer. */
export async function copySamplePhotos(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const photo of samplePhotos) await copyFile(photo, join(folder, basename(photo)));
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { samplePhotos } from '../../extraction/pictures/photoFiles.ts';

/** What the six sample photos are known to show. */
export const peopleInSamplePhotos = 22;

/** Puts the sample photos, and nothing else, into a new folder, for the importer. */
export async function copySamplePhotos(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Not copyFile: it takes over whom the photo lets in.
  for (const photo of samplePhotos) await writeFile(join(folder, basename(photo)), await readFile(photo));
}

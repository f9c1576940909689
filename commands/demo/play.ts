import { extractNewVersion } from './firstExtract.ts';
import { extractWithTrouble } from './interruptedExtract.ts';
import { close } from './closing.ts';
import { compareRecognition } from './recognition.ts';
import { importPhotos } from './photos.ts';
import { removeOldVersion } from './removeOldVersion.ts';
import type { Demo } from './context.ts';

/** The operator's story, from the first photo to the last descriptor of the old version. */
export async function play(demo: Demo): Promise<void> {
  await importPhotos(demo);
  await extractNewVersion(demo);
  await extractWithTrouble(demo);
  await compareRecognition(demo);
  await removeOldVersion(demo);
  await close(demo);
}

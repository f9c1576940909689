import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Person } from '../../extraction/check/people.ts';
import {
  mostPeople,
  peopleOfPhotos,
  samplesOf,
  type FoundPeople,
} from '../../extraction/check/photoPeople.ts';
import type { FaceDetector } from '../../extraction/pictures/detect.ts';
import { isPhotoName } from '../../extraction/pictures/photoFiles.ts';
import type { SampleKind } from '../../extraction/pictures/storedSample.ts';
import { UsageError } from '../cli/options.ts';

const mostPhotosOfAPerson = 20;

/** Each folder in a folder is a person, seen largest in the photos in it; without any, each face is. */
export async function peopleOfFolder(
  detector: FaceDetector,
  folder: string,
  kind: SampleKind,
): Promise<FoundPeople> {
  const isFolder = await lstat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new UsageError(`--photos: ${folder} is not a folder`);
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    ({ name }) => !name.startsWith('.'),
  );
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (names.length === 0) return peopleOfPhotos(detector, await photosIn(folder), kind);
  const people: Person[] = [];
  const leftOut: string[] = [];
  for (const identity of names.sort().slice(0, mostPeople)) {
    const found: Buffer[] = [];
    for (const photo of (await photosIn(join(folder, identity))).slice(0, mostPhotosOfAPerson)) {
      const samples = await samplesOf(detector, photo, kind);
      if ('reason' in samples) leftOut.push(`${photo}: ${samples.reason}`);
      else if (samples.largest !== undefined) found.push(samples.largest);
    }
    if (found.length > 0) people.push({ identity, samples: found });
  }
  return { people, leftOut };
}

async function photosIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter(isPhotoName)
    .sort()
    .map((name) => join(folder, name));
}

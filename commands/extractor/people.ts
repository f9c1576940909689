import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Person } from '../../extraction/check/people.ts';
import type { FaceDetector } from '../../extraction/pictures/detect.ts';
import { isPhotoName } from '../../extraction/pictures/photoFiles.ts';
import type { SampleKind } from '../../extraction/pictures/storedSample.ts';
import { UsageError } from '../cli/options.ts';
import { findFaces } from '../import/faces.ts';

/** Pairs grow with the square: a thousand samples are half a million of them. */
const mostPeople = 100;
const mostPhotosOfAPerson = 20;

export interface FoundPeople {
  readonly people: readonly Person[];
  /** Photos in which nobody was found, or which cannot be read, with the reason. */
  readonly leftOut: readonly string[];
}

/** Each face of some photos is a person. */
export async function peopleOfPhotos(
  detector: FaceDetector,
  photos: readonly string[],
  kind: SampleKind,
): Promise<FoundPeople> {
  const people: Person[] = [];
  const leftOut: string[] = [];
  for (const photo of photos) {
    const samples = await samplesOf(detector, photo, kind);
    if ('reason' in samples) leftOut.push(`${photo}: ${samples.reason}`);
    else people.push(...samples.found.map(({ identity, image }) => ({ identity, samples: [image] })));
    if (people.length >= mostPeople) break;
  }
  return { people: people.slice(0, mostPeople), leftOut };
}

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

interface FoundSamples {
  readonly found: readonly { readonly identity: string; readonly image: Buffer }[];
  readonly largest: Buffer | undefined;
}

async function samplesOf(
  detector: FaceDetector,
  photo: string,
  kind: SampleKind,
): Promise<FoundSamples | { readonly reason: string }> {
  const result = await findFaces(detector, photo, {});
  if ('reason' in result) return result;
  const found = result.faces.flatMap(({ identity, warp, body, width }) => {
    const image = kind === 'body' ? body : warp;
    return image === null ? [] : [{ identity, image, width }];
  });
  if (found.length === 0) return { reason: 'no body is seen' };
  const [largest] = [...found].sort((one, other) => other.width - one.width);
  return { found, largest: largest?.image };
}

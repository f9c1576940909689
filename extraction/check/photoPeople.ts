import type { FaceDetector } from '../pictures/detect.ts';
import { findFaces } from '../pictures/findFaces.ts';
import type { SampleKind } from '../pictures/storedSample.ts';
import type { Person } from './people.ts';

/** Pairs grow with the square: a thousand samples are half a million of them. */
export const mostPeople = 100;

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

interface FoundSamples {
  readonly found: readonly { readonly identity: string; readonly image: Buffer }[];
  readonly largest: Buffer | undefined;
}

/** Of everybody in a photo, and of whom it shows largest. */
export async function samplesOf(
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
  if (found.length === 0) return { reason: 'no body found' };
  const [largest] = [...found].sort((one, other) => other.width - one.width);
  return { found, largest: largest?.image };
}

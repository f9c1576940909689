import { readFile } from 'node:fs/promises';
import { cutBody } from '../../../extraction/pictures/bodyCrop.ts';
import { createFaceDetector } from '../../../extraction/pictures/detect.ts';
import { decodePhoto } from '../../../extraction/pictures/photo.ts';
import { samplePhotos } from '../../../extraction/pictures/photoFiles.ts';

/** The people of all sample photos of whom enough is seen, from left to right. Takes half a second a photo. */
export async function makeBodies(signal?: AbortSignal): Promise<Buffer[]> {
  const detector = await createFaceDetector();
  const bodies: Buffer[] = [];
  for (const file of samplePhotos) {
    signal?.throwIfAborted();
    const photo = await decodePhoto(await readFile(file));
    for (const face of await detector.detect(photo)) {
      const body = await cutBody(photo, face);
      if (body !== null) bodies.push(body);
    }
  }
  return bodies;
}

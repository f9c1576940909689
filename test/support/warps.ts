import { readFile } from 'node:fs/promises';
import { createFaceDetector } from '../../extraction/pictures/detect.ts';
import { decodePhoto } from '../../extraction/pictures/photo.ts';
import { samplePhotos } from '../../extraction/pictures/photoFiles.ts';
import { warpFace } from '../../extraction/pictures/warp.ts';

/** Aligned faces of the first `photos` sample photos, from left to right. Takes half a second a photo. */
export async function makeWarps(photos: number): Promise<Buffer[]> {
  const detector = await createFaceDetector();
  const warps: Buffer[] = [];
  for (const file of samplePhotos.slice(0, photos)) {
    const photo = await decodePhoto(await readFile(file));
    for (const { landmarks } of await detector.detect(photo)) warps.push(await warpFace(photo, landmarks));
  }
  return warps;
}

import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { reasonOf } from '../../platform/reasonOf.ts';
import { cutBody } from './bodyCrop.ts';
import type { DetectedFace, FaceDetector } from './detect.ts';
import { decodePhoto } from './photo.ts';
import { warpFace } from './warp.ts';

/** Which of the faces in a photo are brought in. */
export interface FaceLimits {
  /** The shorter side of a face, in pixels of the file. */
  readonly minFace?: number;
  /** How sure the detector is that it is a face, 0 to 1. */
  readonly minQuality?: number;
}

export interface FoundFace {
  /** Of the file, for people. */
  readonly source: string;
  /** Of the photo's content and the face's place in it. */
  readonly name: string;
  readonly identity: string;
  readonly warp: Buffer;
  /** Null: the photo shows too little of the person. */
  readonly body: Buffer | null;
  /** Of the face, in pixels of the decoded photo. */
  readonly width: number;
}

export interface FoundFaces {
  readonly faces: readonly FoundFace[];
  /** How many the limits left out. */
  readonly below: number;
}

// A file is held in memory while it is decoded.
const largestFile = 512 * 1024 * 1024;

/** The faces of a photo, or why it cannot be used. */
export async function findFaces(
  detector: FaceDetector,
  file: string | Buffer,
  limits: FaceLimits,
): Promise<FoundFaces | { readonly reason: string }> {
  try {
    const bytes = await readPhoto(file);
    const content = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    const photo = await decodePhoto(bytes);
    const detected = await detector.detect(photo);
    if (detected.length === 0) return { reason: 'no face found' };
    const source = basename(file.toString());
    const faces = await Promise.all(
      detected.flatMap((face, index) =>
        isWithin(limits, face, photo.shrunkBy)
          ? [
              (async () => ({
                source,
                name: `${content}:${index}`,
                identity: `${source.slice(0, 96)}#${index + 1}`,
                warp: await warpFace(photo, face.landmarks),
                body: await cutBody(photo, face),
                width: face.width,
              }))(),
            ]
          : [],
      ),
    );
    if (faces.length > 0) return { faces, below: detected.length - faces.length };
    return { reason: `no face within the limits (${detected.length} found)` };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

async function readPhoto(file: string | Buffer): Promise<Buffer> {
  const { size } = await stat(file);
  if (size === 0) throw new Error('an empty file');
  if (size > largestFile) throw new Error('larger than 512 MB');
  return readFile(file);
}

function isWithin(
  { minFace = 0, minQuality = 0 }: FaceLimits,
  face: DetectedFace,
  shrunkBy: number,
): boolean {
  return Math.min(face.width, face.height) * shrunkBy >= minFace && face.score >= minQuality;
}

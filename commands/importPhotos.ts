import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { v7 } from 'uuid';
import { storageKeysOf, type ImportedFace, type ImportStore, type ImportTarget } from '../db/importStore.ts';
import type { FaceDetector } from '../extraction/detect.ts';
import { jitterWarp } from '../extraction/jitter.ts';
import { decodePhoto } from '../extraction/photo.ts';
import type { ExtractorPool } from '../extraction/pool.ts';
import { warpFace } from '../extraction/warp.ts';
import type { ImageStore } from '../imagestore/imageStore.ts';

export interface ImportDeps {
  readonly store: ImportStore;
  readonly images: Pick<ImageStore, 'put'>;
  readonly pool: Pick<ExtractorPool, 'run'>;
  readonly detector: FaceDetector;
}

export interface ImportOptions {
  readonly accountId: string;
  /** Name of the list that the faces are put on; none: on no list. */
  readonly list?: string;
  readonly events: boolean;
  /** Jittered copies of each face beside the face itself. */
  readonly copies: number;
  /** Which copies: the same seed gives the same ones. */
  readonly seed: number;
  readonly descriptorVersion: number;
  onProgress?(progress: ImportProgress): void;
}

export interface ImportProgress {
  readonly photosDone: number;
  readonly photos: number;
  readonly facesAdded: number;
}

export interface ImportSummary {
  readonly listId: string | null;
  readonly photosUsed: number;
  /** People seen, each once for each photo. */
  readonly facesFound: number;
  /** Faces written by this run, copies included. */
  readonly facesAdded: number;
  /** Faces, copies included, that an earlier run had written. */
  readonly facesKnown: number;
  readonly unusable: readonly { readonly file: string; readonly reason: string }[];
}

// Many copies of a photo's faces do not fit into memory, nor into the minute that a sweep gives an import.
const facesAtOnce = 100;

/**
 * Photos → faces: detect, align, describe, store the images, then write the rows, up to 100 faces a transaction. A
 * photo is known by its content: what is there already is not added again. Ends early only when the machine fails
 * (database, disk, extractors), never because of a photo.
 */
export async function importPhotos(
  deps: ImportDeps,
  files: readonly string[],
  options: ImportOptions,
): Promise<ImportSummary> {
  const { accountId, list, descriptorVersion } = options;
  await deps.store.prepareVersion(descriptorVersion);
  const listId = list === undefined ? null : await deps.store.ensureList(accountId, list);
  const target = { accountId, listId, descriptorVersion };
  const counts = { photosUsed: 0, facesFound: 0, facesAdded: 0, facesKnown: 0 };
  const unusable: { file: string; reason: string }[] = [];
  const tell = (photosDone: number): void => {
    options.onProgress?.({ photosDone, photos: files.length, facesAdded: counts.facesAdded });
  };
  for (const [index, file] of files.entries()) {
    const found = await findFaces(deps.detector, file);
    if ('reason' in found) {
      unusable.push({ file, reason: found.reason });
    } else {
      const wanted = found.faces.flatMap((face) => copiesOf(face, options));
      const known = await deps.store.linkKnown(
        target,
        wanted.map(({ externalId }) => externalId),
      );
      const missing = wanted.filter(({ externalId }) => !known.has(externalId));
      counts.photosUsed += 1;
      counts.facesFound += found.faces.length;
      counts.facesKnown += known.size;
      for (let start = 0; start < missing.length; start += facesAtOnce) {
        const group = missing.slice(start, start + facesAtOnce);
        counts.facesAdded += await addFaces(deps, target, group, options.events);
        tell(index);
      }
    }
    tell(index + 1);
  }
  return { listId, ...counts, unusable };
}

interface FoundFace {
  readonly file: string;
  /** Of the photo's content and the face's place in it. */
  readonly name: string;
  readonly identity: string;
  readonly warp: Buffer;
}

async function findFaces(
  detector: FaceDetector,
  file: string,
): Promise<{ readonly faces: readonly FoundFace[] } | { readonly reason: string }> {
  try {
    const bytes = await readFile(file);
    const content = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    const photo = await decodePhoto(bytes);
    const detected = await detector.detect(photo);
    if (detected.length === 0) return { reason: 'no face found' };
    const faces = await Promise.all(
      detected.map(async ({ landmarks }, index) => ({
        file,
        name: `${content}:${index}`,
        identity: `${basename(file).slice(0, 96)}#${index + 1}`,
        warp: await warpFace(photo, landmarks),
      })),
    );
    return { faces };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

interface WantedFace extends FoundFace {
  readonly externalId: string;
  readonly makeImage: () => Promise<Buffer>;
}

function copiesOf(face: FoundFace, { copies, seed }: ImportOptions): WantedFace[] {
  const itself = { ...face, externalId: face.name, makeImage: () => Promise.resolve(face.warp) };
  const jittered = Array.from({ length: copies }, (_, index) => {
    const externalId = `${face.name}:${seed}.${index + 1}`;
    return { ...face, externalId, makeImage: () => jitterWarp(face.warp, seedOf(externalId)) };
  });
  return [itself, ...jittered];
}

const seedOf = (name: string) => createHash('sha256').update(name).digest().readInt32BE(0);

interface Described {
  readonly imported: ImportedFace;
  readonly image: Buffer;
}

async function addFaces(
  deps: ImportDeps,
  target: ImportTarget,
  wanted: readonly WantedFace[],
  events: boolean,
): Promise<number> {
  const described = await allOrFirstError(
    wanted.map((face) => describe(deps.pool, face, target.descriptorVersion, events)),
  );
  const keys = described.map(({ imported }) => storageKeysOf(imported));
  await deps.store.announceImages(keys.flat());
  for (const [index, { image }] of described.entries()) {
    for (const key of keys[index] ?? []) await deps.images.put(key, image);
  }
  return deps.store.addFaces(
    target,
    described.map(({ imported }) => imported),
  );
}

async function describe(
  pool: Pick<ExtractorPool, 'run'>,
  face: WantedFace,
  version: number,
  events: boolean,
): Promise<Described> {
  let image = face.warp;
  const { descriptor, attributes } = await pool.run({
    id: face.externalId,
    version,
    kind: 'face',
    attributes: true,
    bytes: async () => (image = await face.makeImage()),
  });
  const imported = {
    externalId: face.externalId,
    userData: face.identity,
    source: basename(face.file).slice(0, 128),
    descriptor,
    basicAttributes: attributes ?? null,
    face: { id: v7(), sampleId: v7() },
    event: events ? { id: v7(), sampleId: v7() } : null,
  };
  return { imported, image };
}

/** Like Promise.all, but nothing runs on any more when it rejects. */
async function allOrFirstError<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

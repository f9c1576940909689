import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { v7 } from 'uuid';
import {
  storageKeysOf,
  type ImportedBody,
  type ImportedFace,
  type ImportStore,
  type ImportTarget,
} from '../db/importStore.ts';
import { cutBody } from '../extraction/bodyCrop.ts';
import type { FaceDetector } from '../extraction/detect.ts';
import { jitterSample } from '../extraction/jitter.ts';
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
  /** Version of the body descriptors of events; null: events get no bodies. */
  readonly bodyDescriptorVersion: number | null;
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
  const { events, bodyDescriptorVersion } = options;
  if (events && bodyDescriptorVersion !== null) await deps.store.prepareVersion(bodyDescriptorVersion);
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
        counts.facesAdded += await addFaces(deps, target, group, options);
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
  /** Null: the photo shows too little of the person. */
  readonly body: Buffer | null;
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
      detected.map(async (face, index) => ({
        file,
        name: `${content}:${index}`,
        identity: `${basename(file).slice(0, 96)}#${index + 1}`,
        warp: await warpFace(photo, face.landmarks),
        body: await cutBody(photo, face),
      })),
    );
    return { faces };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

interface WantedFace extends FoundFace {
  readonly externalId: string;
  /** The sample of this copy, made of the face's or the body's. */
  readonly copy: (sample: Buffer) => Promise<Buffer>;
}

function copiesOf(face: FoundFace, { copies, seed }: ImportOptions): WantedFace[] {
  const itself = { ...face, externalId: face.name, copy: (sample: Buffer) => Promise.resolve(sample) };
  const jittered = Array.from({ length: copies }, (_, index) => {
    const externalId = `${face.name}:${seed}.${index + 1}`;
    return { ...face, externalId, copy: (sample: Buffer) => jitterSample(sample, seedOf(externalId)) };
  });
  return [itself, ...jittered];
}

const seedOf = (name: string) => createHash('sha256').update(name).digest().readInt32BE(0);

interface Described {
  readonly imported: ImportedFace;
  /** Images by their keys. */
  readonly images: ReadonlyMap<string, Buffer>;
}

async function addFaces(
  deps: ImportDeps,
  target: ImportTarget,
  wanted: readonly WantedFace[],
  { events, bodyDescriptorVersion }: Pick<ImportOptions, 'events' | 'bodyDescriptorVersion'>,
): Promise<number> {
  const described = await allOrFirstError(
    wanted.map((face) =>
      describe(deps.pool, face, target.descriptorVersion, { events, bodyDescriptorVersion }),
    ),
  );
  await deps.store.announceImages(described.flatMap(({ imported }) => storageKeysOf(imported)));
  for (const { images } of described) {
    for (const [key, image] of images) await deps.images.put(key, image);
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
  { events, bodyDescriptorVersion }: Pick<ImportOptions, 'events' | 'bodyDescriptorVersion'>,
): Promise<Described> {
  let image = face.warp;
  const { descriptor, attributes } = await pool.run({
    id: face.externalId,
    version,
    kind: 'face',
    attributes: true,
    bytes: async () => (image = await face.copy(face.warp)),
  });
  const body = events ? await describeBody(pool, face, bodyDescriptorVersion) : null;
  const imported = {
    externalId: face.externalId,
    userData: face.identity,
    source: basename(face.file).slice(0, 128),
    descriptor,
    basicAttributes: attributes ?? null,
    face: { id: v7(), sampleId: v7() },
    event: !events ? null : { id: v7(), sampleId: v7(), body: body?.imported ?? null },
  };
  const images = new Map([[imported.face.sampleId, image]]);
  if (imported.event !== null) images.set(imported.event.sampleId, image);
  if (body !== null) images.set(body.imported.sampleId, body.image);
  return { imported, images };
}

async function describeBody(
  pool: Pick<ExtractorPool, 'run'>,
  { body, copy, externalId }: WantedFace,
  version: number | null,
): Promise<{ readonly imported: ImportedBody; readonly image: Buffer } | null> {
  if (body === null || version === null) return null;
  let image = body;
  const bytes = async () => (image = await copy(body));
  const { descriptor } = await pool.run({ id: externalId, version, kind: 'body', bytes });
  return { imported: { sampleId: v7(), descriptorVersion: version, descriptor }, image };
}

/** Like Promise.all, but nothing runs on any more when it rejects. */
async function allOrFirstError<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

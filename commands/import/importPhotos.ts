import type { ImportTarget } from '../../db/faces/importRows.ts';
import type { ImportStore } from '../../db/faces/importStore.ts';
import type { FaceDetector } from '../../extraction/pictures/detect.ts';
import { findFaces, type FaceLimits, type FoundFaces } from '../../extraction/pictures/findFaces.ts';
import { printablePath } from '../../platform/printable.ts';
import { reasonOf } from '../../platform/reasonOf.ts';
import { describeGroup, type Described, type Refused, type Versions } from './describe.ts';
import { copiesOf, type WantedFace } from './faces.ts';
import { addEvents, repair, type KnownDeps } from './knownFaces.ts';
import type { FilePath } from './photoFolder.ts';
import { oneAhead } from './oneAhead.ts';
import { writeImages } from './writeImages.ts';

export interface ImportDeps extends KnownDeps {
  readonly store: ImportStore;
  readonly detector: FaceDetector;
}

export interface ImportOptions extends Versions, FaceLimits {
  readonly accountId: string;
  /** Name of the list that the faces are put on; none: on no list. */
  readonly list?: string;
  readonly events: boolean;
  /** Puts back what known faces have lost. */
  readonly repair?: boolean;
  /** Jittered copies of each face beside the face itself. */
  readonly copies: number;
  /** Which copies: the same seed gives the same ones. */
  readonly seed: number;
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
  /** Faces that the limits left out of photos that are used. */
  readonly facesBelow: number;
  /** Faces written by this run, copies included. */
  readonly facesAdded: number;
  /** Faces, copies included, that an earlier run had written. */
  readonly facesKnown: number;
  /** Events that known faces were given. */
  readonly eventsAdded: number;
  readonly samplesRepaired: number;
  readonly descriptorsRepaired: number;
  readonly unusable: readonly { readonly file: FilePath; readonly reason: string }[];
}

/** The machine failed (database, disk, extractors), never a photo. */
export class ImportStoppedError extends Error {
  override readonly name = 'ImportStoppedError';
  /** Of what was done before. */
  readonly summary: ImportSummary;

  constructor(file: FilePath, summary: ImportSummary, why: unknown) {
    const { message, cause } = why instanceof Error ? why : { message: String(why), cause: undefined };
    super(`the import stopped at ${printablePath(file)}: ${message}`, cause === undefined ? {} : { cause });
    this.summary = summary;
  }
}

// Many copies of a photo's faces do not fit into memory, nor into one transaction.
const facesAtOnce = 100;

/**
 * Photos → faces: detect, align, describe, store the images, then write the rows, up to 100 faces a transaction. A
 * photo is known by its content: what is there already is not added again.
 * @throws ImportStoppedError
 */
export async function importPhotos(
  deps: ImportDeps,
  files: readonly FilePath[],
  options: ImportOptions,
): Promise<ImportSummary> {
  const { accountId, list, descriptorVersion, bodyDescriptorVersion } = options;
  await deps.store.prepareVersion(descriptorVersion);
  if ((options.events || options.repair === true) && bodyDescriptorVersion !== null)
    await deps.store.prepareVersion(bodyDescriptorVersion);
  const listId = list === undefined ? null : await deps.store.ensureList(accountId, list);
  const summary = {
    ...{ listId, photosUsed: 0, facesFound: 0, facesBelow: 0, facesAdded: 0, facesKnown: 0, eventsAdded: 0 },
    ...{ samplesRepaired: 0, descriptorsRepaired: 0, unusable: [] as { file: FilePath; reason: string }[] },
  };
  const run = { deps, options, target: { accountId, listId, descriptorVersion }, summary };
  const tell = (photosDone: number): void =>
    options.onProgress?.({ photosDone, photos: files.length, facesAdded: summary.facesAdded });
  let photosDone = 0;
  const photos = oneAhead(files, async (file) => ({
    file,
    found: await findFaces(deps.detector, file, options),
  }));
  for await (const { file, found } of photos) {
    try {
      await importPhoto(run, file, found, () => {
        tell(photosDone);
      });
    } catch (error) {
      throw new ImportStoppedError(file, summary, error);
    }
    tell(++photosDone);
  }
  return summary;
}

type Counts = { -readonly [Name in keyof ImportSummary]: ImportSummary[Name] };

interface Run {
  readonly deps: ImportDeps;
  readonly options: ImportOptions;
  readonly target: ImportTarget;
  readonly summary: Counts & { unusable: { file: FilePath; reason: string }[] };
}

async function importPhoto(
  { deps, options, target, summary }: Run,
  file: FilePath,
  found: FoundFaces | { readonly reason: string },
  tell: () => void,
): Promise<void> {
  if ('reason' in found) {
    summary.unusable.push({ file, reason: found.reason });
    return;
  }
  const wanted = found.faces.flatMap((face) => copiesOf(face, options));
  const known = await deps.store.linkKnown(
    target,
    wanted.map(({ externalId }) => externalId),
  );
  summary.photosUsed += 1;
  summary.facesFound += found.faces.length;
  summary.facesBelow += found.below;
  summary.facesKnown += known.size;
  const refused: Refused[] = [];
  const unknown = groupsOf(wanted.filter(({ externalId }) => !known.has(externalId)));
  const groups = oneAhead(unknown, (group) => describeGroup(deps, group, options, options.events));
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const group of groups) {
      refused.push(...group.refused);
      await writing;
      writing = addFaces(deps, target, group.described).then((facesAdded) => {
        summary.facesAdded += facesAdded;
        tell();
      });
      writing.catch(() => undefined);
    }
  } finally {
    await writing;
  }
  for (const group of groupsOf(wanted.filter(({ externalId }) => known.has(externalId)))) {
    if (options.events) {
      const added = await addEvents(deps, target, group, options);
      summary.eventsAdded += added.eventsAdded;
      refused.push(...added.refused);
    }
    if (options.repair === true) {
      const repaired = await repair(deps, target.accountId, group, options);
      summary.samplesRepaired += repaired.samples;
      summary.descriptorsRepaired += repaired.descriptors;
      refused.push(...repaired.refused);
    }
  }
  for (const { face, error } of refused) {
    summary.unusable.push({ file, reason: `${face.identity}: ${reasonOf(error)}` });
  }
}

function groupsOf(faces: readonly WantedFace[]): WantedFace[][] {
  const count = Math.ceil(faces.length / facesAtOnce);
  return Array.from({ length: count }, (_, at) => faces.slice(at * facesAtOnce, (at + 1) * facesAtOnce));
}

async function addFaces(
  deps: ImportDeps,
  target: ImportTarget,
  described: readonly Described[],
): Promise<number> {
  await writeImages(
    deps,
    described.flatMap(({ images }) => [...images]),
  );
  return deps.store.addFaces(
    target,
    described.map(({ imported }) => imported),
  );
}

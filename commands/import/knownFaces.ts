import { v7 } from 'uuid';
import type { ImportTarget } from '../../db/faces/importRows.ts';
import type { ImportStore } from '../../db/faces/importStore.ts';
import type { KnownPiece, MendedPiece } from '../../db/faces/knownFaceStore.ts';
import { DomainError } from '../../domain/errors.ts';
import { faultOfSample } from '../../extraction/pictures/storedSample.ts';
import type { ImageStore } from '../../imagestore/imageStore.ts';
import { allOrFirstError } from '../../platform/allOrFirstError.ts';
import { describeGroup, type Described, type DescribeDeps, type Refused, type Versions } from './describe.ts';
import type { WantedFace } from './faces.ts';
import { writeImages, type WriteDeps } from './writeImages.ts';

export interface KnownDeps extends DescribeDeps, WriteDeps {
  readonly store: Pick<ImportStore, 'announceImages' | 'renewImages' | 'listPieces' | 'addEvents' | 'mend'>;
  readonly images: Pick<ImageStore, 'put' | 'get'>;
}

/** Makes events for known faces that have none. */
export async function addEvents(
  deps: KnownDeps,
  target: ImportTarget,
  faces: readonly WantedFace[],
  versions: Versions,
): Promise<{ readonly eventsAdded: number; readonly refused: readonly Refused[] }> {
  const pieces = await deps.store.listPieces(target.accountId, faces.map(externalIdOf), versions);
  const withEvent = new Set(pieces.filter(({ owner }) => owner === 'event').map(externalIdOf));
  const without = faces.filter(({ externalId }) => !withEvent.has(externalId));
  if (without.length === 0) return { eventsAdded: 0, refused: [] };
  const { described, refused } = await describeGroup(deps, without, versions, true);
  // The face's own image is there.
  const images = described.flatMap(({ imported, images }) =>
    [...images].filter(([key]) => key !== imported.face.sampleId),
  );
  await writeImages(deps, images);
  const eventsAdded = await deps.store.addEvents(
    target,
    described.map(({ imported }) => imported),
  );
  return { eventsAdded, refused };
}

export interface Repaired {
  readonly samples: number;
  readonly descriptors: number;
  readonly refused: readonly Refused[];
}

/** Puts back samples that are missing or damaged, and descriptors of this version that are missing, with their events'. */
export async function repair(
  deps: KnownDeps,
  accountId: string,
  faces: readonly WantedFace[],
  versions: Versions,
): Promise<Repaired> {
  const pieces = await deps.store.listPieces(accountId, faces.map(externalIdOf), versions);
  const bodies = versions.bodyDescriptorVersion === null ? [] : faces.filter(({ body }) => body !== null);
  const withBody = new Set(bodies.map(externalIdOf));
  const looked = await allOrFirstError(
    pieces
      .filter((piece) => piece.kind === 'face' || withBody.has(piece.externalId))
      .map(async (piece) => ({ ...piece, isImageLost: await isLost(deps.images, piece) })),
  );
  const lost = looked.filter(({ isImageLost, hasDescriptor }) => isImageLost || !hasDescriptor);
  const ids = new Set(lost.map(externalIdOf));
  const ofLost = faces.filter(({ externalId }) => ids.has(externalId));
  if (ofLost.length === 0) return { samples: 0, descriptors: 0, refused: [] };
  const { described, refused } = await describeGroup(deps, ofLost, versions, true);
  const byId = new Map(described.map((one) => [one.imported.externalId, one]));
  const mended = lost.flatMap((piece) => toMended(piece, byId.get(piece.externalId), versions) ?? []);
  await writeImages(
    deps,
    mended.flatMap(({ newKey, image }) => (newKey === null ? [] : [[newKey, image] as const])),
  );
  const samples = await deps.store.mend(accountId, mended);
  return { samples, descriptors: mended.filter(({ hasDescriptor }) => !hasDescriptor).length, refused };
}

const externalIdOf = ({ externalId }: { readonly externalId: string }): string => externalId;

async function isLost(
  images: Pick<ImageStore, 'get'>,
  { storageKey, kind }: Pick<KnownPiece, 'storageKey' | 'kind'>,
): Promise<boolean> {
  if (storageKey === null) return true;
  try {
    return faultOfSample(await images.get(storageKey), kind) !== null;
  } catch (error) {
    if (error instanceof DomainError && ['sampleMissing', 'sampleUnreadable'].includes(error.error))
      return true;
    throw error;
  }
}

/** Null: the photo shows no body, or its face was refused. */
function toMended(
  piece: KnownPiece & { readonly isImageLost: boolean },
  found: Described | undefined,
  { descriptorVersion }: Versions,
): (MendedPiece & { readonly image: Buffer }) | null {
  if (found === undefined) return null;
  const { imported, images } = found;
  const made =
    piece.kind === 'body'
      ? imported.event?.body
      : { sampleId: imported.face.sampleId, descriptor: imported.descriptor, descriptorVersion };
  const image = made == null ? undefined : images.get(made.sampleId);
  if (made == null || image === undefined) return null;
  return {
    ...piece,
    newKey: piece.isImageLost ? v7() : null,
    image,
    descriptorVersion: made.descriptorVersion,
    descriptor: made.descriptor,
    basicAttributes: imported.basicAttributes,
  };
}

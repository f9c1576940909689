import { v7 } from 'uuid';
import type { ImportedBody, ImportedFace } from '../../db/faces/importRows.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ExtractorPool } from '../../extraction/pool/pool.ts';
import { allOrFirstError } from '../../platform/allOrFirstError.ts';
import type { WantedFace } from './faces.ts';

export interface DescribeDeps {
  readonly pool: Pick<ExtractorPool, 'run'>;
}

export interface Versions {
  readonly descriptorVersion: number;
  /** Version of the body descriptors of events; null: events get no bodies. */
  readonly bodyDescriptorVersion: number | null;
}

export interface Described {
  readonly imported: ImportedFace;
  /** Images by their keys, the face's own among them. */
  readonly images: ReadonlyMap<string, Buffer>;
}

/** A face that a network refuses or dies of. */
export interface Refused {
  readonly face: WantedFace;
  readonly error: DomainError;
}

export interface DescribedGroup {
  readonly described: readonly Described[];
  readonly refused: readonly Refused[];
}

/** Rejects when no extractor works; never because of a face. */
export async function describeGroup(
  { pool }: DescribeDeps,
  faces: readonly WantedFace[],
  versions: Versions,
  events: boolean,
): Promise<DescribedGroup> {
  const refused: Refused[] = [];
  const described = await allOrFirstError(
    faces.map(async (face) => {
      try {
        return await describe(pool, face, versions, events);
      } catch (error) {
        if (!(error instanceof DomainError) || !isOfSample(error)) throw error;
        refused.push({ face, error });
        return null;
      }
    }),
  );
  return { described: described.filter((one) => one !== null), refused };
}

function isOfSample({ error }: DomainError): boolean {
  return error === 'sampleUnreadable' || error === 'sampleKillsExtractor';
}

async function describe(
  pool: DescribeDeps['pool'],
  face: WantedFace,
  { descriptorVersion, bodyDescriptorVersion }: Versions,
  events: boolean,
): Promise<Described> {
  let image = face.warp;
  const { descriptor, attributes } = await pool.run({
    id: face.externalId,
    version: descriptorVersion,
    kind: 'face',
    attributes: true,
    bytes: async () => (image = await face.copy(face.warp, 'face')),
  });
  const body = events ? await describeBody(pool, face, bodyDescriptorVersion) : null;
  const imported = {
    externalId: face.externalId,
    userData: face.identity,
    source: face.source.slice(0, 128),
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
  pool: DescribeDeps['pool'],
  { body, copy, externalId }: WantedFace,
  version: number | null,
): Promise<{ readonly imported: ImportedBody; readonly image: Buffer } | null> {
  if (body === null || version === null) return null;
  let image = body;
  const bytes = async () => (image = await copy(body, 'body'));
  const { descriptor } = await pool.run({ id: externalId, version, kind: 'body', bytes });
  return { imported: { sampleId: v7(), descriptorVersion: version, descriptor }, image };
}

import { v7 } from 'uuid';
import { toBytes } from '../extract/descriptorBytes.ts';
import type { Database, Sql } from '../sql/connection.ts';
import {
  claimImages,
  insertBodies,
  insertEvents,
  lockAccount,
  storageKeysOf,
  type ImportedFace,
  type ImportTarget,
} from './importRows.ts';

/** A sample with its descriptor that an imported face or its event should have. */
export interface KnownPiece {
  readonly externalId: string;
  readonly owner: 'face' | 'event';
  readonly ownerId: string;
  readonly kind: 'face' | 'body';
  /** Null: there is no row of a sample, or one without an image. */
  readonly storageKey: string | null;
  readonly hasDescriptor: boolean;
}

/** What is put back of a piece. */
export interface MendedPiece extends KnownPiece {
  /** The key of a new image; null: the one that is there is good. */
  readonly newKey: string | null;
  readonly descriptorVersion: number;
  readonly descriptor: Float32Array;
  readonly basicAttributes: object | null;
}

/** Faces that an earlier import has added. */
export function createKnownFaceStore(db: Database) {
  return {
    /** What these faces and their events have; a body is listed for each event. */
    listPieces: (
      accountId: string,
      externalIds: readonly string[],
      versions: { readonly descriptorVersion: number; readonly bodyDescriptorVersion: number | null },
    ): Promise<KnownPiece[]> =>
      db.query<KnownPiece>(
        `select x.external_id "externalId", x.owner, x.owner_id "ownerId", x.kind, s.storage_key "storageKey",
           case x.owner when 'face'
             then exists (select from face_descriptors d where d.face_id = x.owner_id and d.descriptor_version = $3)
             else exists (select from event_descriptors d where d.event_id = x.owner_id and d.descriptor_type = x.kind
               and d.descriptor_version = case x.kind when 'face' then $3::integer else $4::integer end)
           end "hasDescriptor"
         from (
           select f.external_id, o.owner, o.owner_id, o.kind
           from faces f
           left join events e on e.face_id = f.face_id and e.external_id = f.external_id
           cross join lateral (values ('face', f.face_id, 'face'), ('event', e.event_id, 'face'), ('event', e.event_id, 'body'))
             o (owner, owner_id, kind)
           where f.external_id = any($2::text[]) and f.external_id <> '' and f.account_id = $1 and o.owner_id is not null
         ) x left join samples s on s.owner_id = x.owner_id and s.kind = x.kind`,
        [accountId, externalIds, versions.descriptorVersion, versions.bodyDescriptorVersion],
      ),

    /**
     * Makes events for faces that have none of their import, of `event` of each; the faces themselves stay.
     * @returns how many were made
     */
    addEvents: (target: ImportTarget, imported: readonly ImportedFace[]): Promise<number> =>
      db.transaction(async (tx) => {
        await lockAccount(tx, target.accountId);
        const faces = await tx.query<{ faceId: string; externalId: string }>(
          `select f.face_id "faceId", f.external_id "externalId" from faces f
           where f.external_id = any($2::text[]) and f.external_id <> '' and f.account_id = $1 and not exists (
             select from events e where e.face_id = f.face_id and e.external_id = f.external_id)
           for update`,
          [target.accountId, imported.map(({ externalId }) => externalId)],
        );
        const faceIds = new Map(faces.map(({ faceId, externalId }) => [externalId, faceId]));
        const added = imported.flatMap((one) => {
          const id = faceIds.get(one.externalId);
          return id === undefined || one.event === null ? [] : [{ ...one, face: { ...one.face, id } }];
        });
        if (added.length === 0) return 0;
        await claimImages(
          tx,
          added.flatMap(({ face, ...one }) =>
            storageKeysOf({ ...one, face }).filter((key) => key !== face.sampleId),
          ),
        );
        await insertEvents(tx, target, added);
        await insertBodies(tx, added);
        await tx.query(
          `update faces f set event_id = x.event_id from unnest($1::uuid[], $2::uuid[]) x (face_id, event_id)
           where f.face_id = x.face_id and not exists (select from events e where e.event_id = f.event_id)`,
          [added.map(({ face }) => face.id), added.map(({ event }) => event?.id ?? null)],
        );
        return added.length;
      }),

    /**
     * Puts samples and descriptors back, of owners that are still there. A sample that somebody else has replaced
     * meanwhile stays, and the new image is left to the sweep.
     * @returns how many samples were
     */
    mend: (accountId: string, pieces: readonly MendedPiece[]): Promise<number> =>
      db.transaction(async (tx) => {
        await lockAccount(tx, accountId);
        const there = await lockOwners(tx, pieces);
        const left = pieces.filter(({ ownerId }) => there.has(ownerId));
        const used = await replaceSamples(tx, left);
        await claimImages(tx, used);
        await insertDescriptors(tx, left);
        return used.length;
      }),
  };
}

/** A gc waits until they are mended, or has taken them already. */
async function lockOwners(tx: Sql, pieces: readonly MendedPiece[]): Promise<Set<string>> {
  const ids = pieces.map(({ ownerId }) => ownerId);
  const faces = await tx.query<{ id: string }>(
    'select face_id id from faces where face_id = any($1::uuid[]) for share',
    [ids],
  );
  const events = await tx.query<{ id: string }>(
    'select event_id id from events where event_id = any($1::uuid[]) for share',
    [ids],
  );
  return new Set([...faces, ...events].map(({ id }) => id));
}

/** @returns the keys of images that are in use now */
async function replaceSamples(tx: Sql, pieces: readonly MendedPiece[]): Promise<string[]> {
  const replaced = pieces.filter(({ newKey }) => newKey !== null);
  const rows = await tx.query<{ key: string }>(
    `insert into samples (owner_id, kind, sample_id, storage_key)
     select owner_id, kind, key::uuid, key from unnest($1::uuid[], $2::text[], $3::text[]) x (owner_id, kind, key)
     on conflict (owner_id, kind) do update set storage_key = excluded.storage_key, generation = samples.generation + 1
       where samples.storage_key is null or samples.storage_key = any($4::text[])
     returning storage_key key`,
    [
      replaced.map(({ ownerId }) => ownerId),
      replaced.map(({ kind }) => kind),
      replaced.map(({ newKey }) => newKey),
      replaced.flatMap(({ storageKey }) => storageKey ?? []),
    ],
  );
  const used = new Set(rows.map(({ key }) => key));
  // What is left of the old images, if anything, is for a sweep.
  await tx.query(
    'insert into sample_tombstones (storage_key) select unnest($1::text[]) on conflict do nothing',
    [replaced.flatMap((piece) => (used.has(piece.newKey ?? '') ? (piece.storageKey ?? []) : []))],
  );
  return [...used];
}

async function insertDescriptors(tx: Sql, pieces: readonly MendedPiece[]): Promise<void> {
  const ofFaces = pieces.filter(({ owner }) => owner === 'face');
  await tx.query(
    `insert into face_descriptors (face_id, descriptor_version, descriptor, generation)
     select x.id, x.version, x.descriptor, s.generation
     from unnest($1::uuid[], $2::integer[], $3::bytea[]) x (id, version, descriptor)
       join samples s on s.owner_id = x.id and s.kind = 'face'
     on conflict (face_id, descriptor_version) do update set descriptor = excluded.descriptor, generation = excluded.generation
       where face_descriptors.generation < excluded.generation`,
    bindsOf(ofFaces),
  );
  await tx.query(
    `insert into attributes (face_id, attribute_id, basic_attributes, sample_generation)
     select x.id, x.attribute_id, x.found, s.generation
     from unnest($1::uuid[], $2::uuid[], $3::jsonb[]) x (id, attribute_id, found)
       join samples s on s.owner_id = x.id and s.kind = 'face'
     on conflict (face_id) do nothing`,
    [
      ofFaces.map(({ ownerId }) => ownerId),
      ofFaces.map(() => v7()),
      ofFaces.map(({ basicAttributes }) => basicAttributes && JSON.stringify(basicAttributes)),
    ],
  );
  const ofEvents = pieces.filter(({ owner }) => owner === 'event');
  await tx.query(
    `insert into event_descriptors (event_id, descriptor_version, descriptor_type, descriptor, generation)
     select x.id, x.version, x.kind, x.descriptor, s.generation
     from unnest($1::uuid[], $2::integer[], $3::bytea[], $4::text[]) x (id, version, descriptor, kind)
       join samples s on s.owner_id = x.id and s.kind = x.kind
     on conflict (event_id, descriptor_version, descriptor_type) do update
       set descriptor = excluded.descriptor, generation = excluded.generation
       where event_descriptors.generation < excluded.generation`,
    [...bindsOf(ofEvents), ofEvents.map(({ kind }) => kind)],
  );
}

function bindsOf(pieces: readonly MendedPiece[]): [string[], number[], Buffer[]] {
  return [
    pieces.map(({ ownerId }) => ownerId),
    pieces.map(({ descriptorVersion }) => descriptorVersion),
    pieces.map(({ descriptor }) => toBytes(descriptor)),
  ];
}

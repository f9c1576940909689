import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { toBytes } from '../extract/descriptorBytes.ts';
import type { Sql } from '../sql/connection.ts';

/** A face and, when an event is wanted, the event that made it; each has an image of its own. */
export interface ImportedFace {
  /** Names the face for good: importing it again changes nothing. */
  readonly externalId: string;
  /** Whose face it is, so that recognition can be checked. */
  readonly userData: string;
  readonly source: string;
  readonly descriptor: Float32Array;
  readonly basicAttributes: object | null;
  readonly face: ImportedObject;
  readonly event: (ImportedObject & { readonly body: ImportedBody | null }) | null;
}

export interface ImportedBody {
  readonly sampleId: string;
  readonly descriptorVersion: number;
  readonly descriptor: Float32Array;
}

export interface ImportedObject {
  readonly id: string;
  readonly sampleId: string;
}

export interface ImportTarget {
  readonly accountId: string;
  readonly listId: string | null;
  readonly descriptorVersion: number;
}

/** Keys of the images that an import writes. */
export function storageKeysOf({ face, event }: ImportedFace): string[] {
  const body = event?.body ?? null;
  return [face, event, body].flatMap((one) => (one === null ? [] : [one.sampleId]));
}

/** Two imports into an account must not both find a face new. */
export async function lockAccount(tx: Sql, accountId: string): Promise<void> {
  const key = createHash('sha256').update(`import ${accountId}`).digest().readInt32BE(0);
  await tx.query('select pg_advisory_xact_lock(5010, $1)', [key]);
}

// Well below the age at which a sweep takes an image: from here on the row's lock keeps the sweep away.
export const claimWithinSeconds = 45;

/** Takes the images' tombstones away, unless a sweep may have seen them. */
export async function claimImages(tx: Sql, storageKeys: readonly string[]): Promise<void> {
  const claimed = await tx.query(
    `delete from sample_tombstones where storage_key = any($1::text[])
       and create_time > clock_timestamp() - make_interval(secs => $2) returning 1`,
    [storageKeys, claimWithinSeconds],
  );
  if (claimed.length !== storageKeys.length) {
    throw new Error(
      `An image took longer than ${claimWithinSeconds} s to write and may have been swept since: is the sample store slow? Import again`,
    );
  }
}

export async function insertFaces(
  tx: Sql,
  target: ImportTarget,
  added: readonly ImportedFace[],
): Promise<void> {
  const ids = added.map(({ face }) => face.id);
  await tx.query(
    `insert into faces (face_id, account_id, event_id, external_id, user_data)
     select face_id, $1::uuid, event_id, external_id, user_data
     from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) x (face_id, event_id, external_id, user_data)`,
    [
      target.accountId,
      ids,
      added.map(({ event }) => event?.id ?? null),
      added.map(({ externalId }) => externalId),
      added.map(({ userData }) => userData),
    ],
  );
  await tx.query(
    `insert into attributes (face_id, attribute_id, basic_attributes)
     select * from unnest($1::uuid[], $2::uuid[], $3::jsonb[])`,
    [
      ids,
      added.map(() => v7()),
      added.map(({ basicAttributes }) => basicAttributes && JSON.stringify(basicAttributes)),
    ],
  );
  await insertSamples(
    tx,
    added.map(({ face }) => face),
  );
  await tx.query(
    `insert into face_descriptors (face_id, descriptor_version, descriptor)
     select face_id, $1::integer, descriptor from unnest($2::uuid[], $3::bytea[]) x (face_id, descriptor)`,
    [target.descriptorVersion, ids, added.map(({ descriptor }) => toBytes(descriptor))],
  );
}

export async function insertEvents(
  tx: Sql,
  target: ImportTarget,
  added: readonly ImportedFace[],
): Promise<void> {
  const made = added.flatMap((one) => (one.event === null ? [] : [{ ...one, event: one.event }]));
  if (made.length === 0) return;
  const ids = made.map(({ event }) => event.id);
  await tx.query(
    `insert into events (event_id, account_id, face_id, source, external_id, user_data, basic_attributes)
     select event_id, $1::uuid, face_id, source, external_id, user_data, basic_attributes
     from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
       x (event_id, face_id, source, external_id, user_data, basic_attributes)`,
    [
      target.accountId,
      ids,
      made.map(({ face }) => face.id),
      made.map(({ source }) => source),
      made.map(({ externalId }) => externalId),
      made.map(({ userData }) => userData),
      made.map(({ basicAttributes }) => basicAttributes && JSON.stringify(basicAttributes)),
    ],
  );
  await insertSamples(
    tx,
    made.map(({ event }) => event),
  );
  await tx.query(
    `insert into event_descriptors (event_id, descriptor_version, descriptor_type, descriptor)
     select event_id, $1::integer, 'face', descriptor
     from unnest($2::uuid[], $3::bytea[]) x (event_id, descriptor)`,
    [target.descriptorVersion, ids, made.map(({ descriptor }) => toBytes(descriptor))],
  );
}

export async function insertBodies(tx: Sql, added: readonly ImportedFace[]): Promise<void> {
  const made = added.flatMap(({ event }) => (event?.body ? [{ ...event.body, eventId: event.id }] : []));
  if (made.length === 0) return;
  const ids = made.map(({ eventId }) => eventId);
  await tx.query(
    `insert into samples (owner_id, kind, sample_id, storage_key)
     select owner_id, 'body', sample_id, sample_id::text from unnest($1::uuid[], $2::uuid[]) x (owner_id, sample_id)`,
    [ids, made.map(({ sampleId }) => sampleId)],
  );
  await tx.query(
    `insert into event_descriptors (event_id, descriptor_version, descriptor_type, descriptor)
     select event_id, version, 'body', descriptor
     from unnest($1::uuid[], $2::integer[], $3::bytea[]) x (event_id, version, descriptor)`,
    [
      ids,
      made.map(({ descriptorVersion }) => descriptorVersion),
      made.map(({ descriptor }) => toBytes(descriptor)),
    ],
  );
}

async function insertSamples(tx: Sql, owners: readonly ImportedObject[]): Promise<void> {
  await tx.query(
    `insert into samples (owner_id, kind, sample_id, storage_key)
     select owner_id, 'face', sample_id, sample_id::text from unnest($1::uuid[], $2::uuid[]) x (owner_id, sample_id)`,
    [owners.map(({ id }) => id), owners.map(({ sampleId }) => sampleId)],
  );
}

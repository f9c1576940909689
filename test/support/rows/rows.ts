import { v7 as newId } from 'uuid';
import type { Database } from '../../../db/sql/connection.ts';
import { ensureDescriptorPartition } from '../../../db/schema/descriptorPartitions.ts';

export interface FaceRow {
  readonly faceId: string;
  readonly accountId: string;
  readonly eventId: string | null;
  readonly externalId: string;
  readonly userData: string;
  readonly createTime: string;
  readonly listIds: readonly string[];
  readonly versions: readonly number[];
  /** Null: a sample without an image; undefined: no sample at all. */
  readonly storageKey?: string | null;
}

/** A face with whatever the test does not care about filled in. */
export function buildFace(overrides: Partial<FaceRow> = {}): FaceRow {
  return {
    faceId: newId(),
    accountId: '01900000-0000-7000-8000-000000000001',
    eventId: null,
    externalId: '',
    userData: '',
    createTime: '2025-06-01T00:00:00.000Z',
    listIds: [],
    versions: [1],
    storageKey: null,
    ...overrides,
  };
}

/** Puts faces with all their rows into the tables. */
export async function insertFaces(db: Database, faces: readonly FaceRow[]): Promise<void> {
  const versions = new Set(faces.flatMap((face) => face.versions));
  for (const version of versions) await ensureDescriptorPartition(db, 'face_descriptors', version);
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into faces (face_id, account_id, event_id, external_id, user_data, create_time)
       select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[])`,
      [
        faces.map((face) => face.faceId),
        faces.map((face) => face.accountId),
        faces.map((face) => face.eventId),
        faces.map((face) => face.externalId),
        faces.map((face) => face.userData),
        faces.map((face) => face.createTime),
      ],
    );
    await tx.query(
      `insert into attributes (face_id, attribute_id) select id, gen_random_uuid() from unnest($1::uuid[]) id`,
      [faces.map((face) => face.faceId)],
    );
    const sampled = faces.filter((face) => face.storageKey !== undefined);
    await tx.query(
      `insert into samples (owner_id, kind, sample_id, storage_key)
       select id, 'face', gen_random_uuid(), key from unnest($1::uuid[], $2::text[]) s (id, key)`,
      [sampled.map((face) => face.faceId), sampled.map((face) => face.storageKey)],
    );
    const links = faces.flatMap((face) => face.listIds.map((listId) => [face.faceId, listId] as const));
    await tx.query(`insert into list_faces (face_id, list_id) select * from unnest($1::uuid[], $2::uuid[])`, [
      links.map(([faceId]) => faceId),
      links.map(([, listId]) => listId),
    ]);
    const descriptors = faces.flatMap((face) =>
      face.versions.map((version) => [face.faceId, version] as const),
    );
    await tx.query(
      `insert into face_descriptors (face_id, descriptor_version, descriptor, create_time)
       select id, version, '\\x00000000', timestamptz '2025-06-01' from unnest($1::uuid[], $2::integer[]) d (id, version)`,
      [descriptors.map(([faceId]) => faceId), descriptors.map(([, version]) => version)],
    );
  });
}

/** One event for each source, with a sample and a face and a body descriptor of version 1. */
export async function insertEvents(db: Database, sources: readonly string[]): Promise<void> {
  await ensureDescriptorPartition(db, 'event_descriptors', 1);
  const past = "timestamptz '2025-06-01'";
  const ids = sources.map(() => newId());
  await db.query(
    `with new_events as (
       insert into events (event_id, account_id, source, insert_time)
       select id, '01900000-0000-7000-8000-000000000001', source, ${past}
       from unnest($1::uuid[], $2::text[]) e (id, source) returning event_id
     ), sampled as (
       insert into samples (owner_id, kind, sample_id) select event_id, 'face', gen_random_uuid() from new_events
     )
     insert into event_descriptors (event_id, descriptor_version, descriptor_type, descriptor, create_time)
     select event_id, 1, type, '\\x00000000', ${past} from new_events, unnest(array['face', 'body']) type`,
    [ids, sources],
  );
}

export const tester = { accountId: null, login: 'tester', requestId: null, remoteAddress: null };

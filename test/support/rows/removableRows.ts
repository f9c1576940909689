import type { Database } from '../../../db/sql/connection.ts';
import { buildEvent, insertEventRows } from './eventRows.ts';
import { buildFace, insertFaces, type FaceRow } from './rows.ts';

/** Nothing but what each kind of gc can remove: these faces and another one, four events, origins, a sample without owner. */
export async function seedRemovable(db: Database, faces: readonly FaceRow[]): Promise<void> {
  await db.query(
    `truncate faces, attributes, samples, list_faces, lists, face_descriptors, events, event_descriptors, image_origins,
       tasks, sample_tombstones cascade`,
  );
  await insertFaces(db, [...faces, buildFace({ externalId: 'other' })]);
  await insertEventRows(
    db,
    Array.from({ length: 4 }, () => buildEvent({ versions: { face: [1], body: [101] } })),
  );
  await db.query(
    `insert into image_origins select face_id, 1, 'http://origin.example/' || face_id from faces`,
  );
  await db.query(
    `insert into samples (owner_id, kind, sample_id, storage_key, create_time)
     values (gen_random_uuid(), 'face', gen_random_uuid(), 'left-over', now() - interval '1 hour')`,
  );
}

import type { Database } from './connection.ts';

export interface FaceDetails {
  readonly faceId: string;
  readonly accountId: string;
  /** Null: the account is gone. */
  readonly login: string | null;
  readonly externalId: string;
  readonly userData: string;
  readonly createTime: Date;
  readonly attributeId: string | null;
  readonly basicAttributes: object | null;
  readonly hasSample: boolean;
  readonly descriptors: readonly FaceDescriptorRow[];
  readonly lists: readonly FaceListRow[];
  readonly listCount: number;
  /** The newest ones. */
  readonly events: readonly FaceEventRow[];
  readonly hasMoreEvents: boolean;
}

interface FaceDescriptorRow {
  readonly version: number;
  readonly generation: number;
  readonly createTime: Date;
}

interface FaceListRow {
  readonly listId: string;
  readonly userData: string;
  readonly linkTime: Date;
}

interface FaceEventRow {
  readonly eventId: string;
  readonly source: string;
  readonly externalId: string;
  readonly createTime: Date;
  readonly hasSample: boolean;
}

const shownLists = 20;
const shownEvents = 20;

export type FaceLists = ReturnType<typeof createFaceLists>;

/** Faces as pages show them. */
export function createFaceLists(db: Database) {
  return {
    find: async (faceId: string): Promise<FaceDetails | null> => {
      const [face] = await db.query<
        Omit<FaceDetails, 'descriptors' | 'lists' | 'events' | 'hasMoreEvents'> & { eventId: string | null }
      >(
        `select f.face_id "faceId", f.account_id "accountId", a.login, f.event_id "eventId",
           f.external_id "externalId", f.user_data "userData", f.create_time "createTime",
           t.attribute_id "attributeId", t.basic_attributes "basicAttributes",
           exists (select from samples s where s.owner_id = f.face_id and s.kind = 'face') "hasSample",
           (select count(*) from list_faces l where l.face_id = f.face_id) "listCount"
         from faces f left join accounts a using (account_id) left join attributes t using (face_id)
         where f.face_id = $1`,
        [faceId],
      );
      if (face === undefined) return null;
      const { eventId, ...shown } = face;
      const [descriptors, lists, events] = await Promise.all([
        db.query<FaceDescriptorRow>(
          `select descriptor_version "version", generation, create_time "createTime"
           from face_descriptors where face_id = $1 order by descriptor_version`,
          [faceId],
        ),
        db.query<FaceListRow>(
          `select list_id "listId", user_data "userData", link_time "linkTime"
           from list_faces join lists using (list_id) where face_id = $1
           order by link_time desc, list_id desc limit ${shownLists}`,
          [faceId],
        ),
        // The event that it was made of need not name it.
        db.query<FaceEventRow>(
          `select e.event_id "eventId", e.source, e.external_id "externalId", e.create_time "createTime",
             exists (select from samples s where s.owner_id = e.event_id and s.kind = 'face') "hasSample"
           from (select event_id from events where event_id = $2::uuid
             union (select event_id from events where face_id = $1
               order by event_id desc limit ${shownEvents + 1})) seen
           join events e using (event_id)
           order by e.event_id desc limit ${shownEvents + 1}`,
          [faceId, eventId],
        ),
      ]);
      return {
        ...shown,
        ...{ descriptors, lists },
        ...{ events: events.slice(0, shownEvents), hasMoreEvents: events.length > shownEvents },
      };
    },

    /** Where the image of a face's or an event's sample lives; undefined: there is no such sample. */
    sampleKey: async (ownerId: string, kind: 'face' | 'body'): Promise<string | null | undefined> => {
      const [row] = await db.query<{ key: string | null }>(
        'select storage_key "key" from samples where owner_id = $1 and kind = $2',
        [ownerId, kind],
      );
      return row?.key;
    },
  };
}

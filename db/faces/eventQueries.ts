import type { Database } from '../sql/connection.ts';

export interface EventDetails {
  readonly eventId: string;
  readonly accountId: string;
  /** Null: the account is gone. */
  readonly login: string | null;
  /** The face that the event was recognised as; it may be gone. */
  readonly faceId: string | null;
  readonly handlerId: string | null;
  readonly source: string;
  readonly tags: readonly string[];
  readonly externalId: string;
  readonly userData: string;
  readonly trackId: string;
  readonly basicAttributes: object | null;
  readonly createTime: Date;
  readonly endTime: Date;
  readonly insertTime: Date;
  readonly samples: readonly SampleKind[];
  readonly descriptors: readonly EventDescriptorRow[];
  /** Faces that still are there: the one above, and those that were made of the event; the newest ones. */
  readonly faceIds: readonly string[];
}

export interface EventCard {
  readonly eventId: string;
  readonly externalId: string;
  readonly source: string;
  readonly samples: readonly SampleKind[];
  readonly descriptors: readonly Pick<EventDescriptorRow, 'kind' | 'version'>[];
}

type SampleKind = 'face' | 'body';

interface EventDescriptorRow {
  readonly kind: SampleKind;
  readonly version: number;
  readonly generation: number;
  readonly createTime: Date;
}

const shownFaces = 12;

const samples = `array(select kind from samples s where s.owner_id = e.event_id order by kind desc) "samples"`;

export type EventQueries = ReturnType<typeof createEventQueries>;

/** Events as pages show them. */
export function createEventQueries(db: Database) {
  return {
    find: async (eventId: string): Promise<EventDetails | null> => {
      const [event] = await db.query<Omit<EventDetails, 'descriptors'>>(
        `select e.event_id "eventId", e.account_id "accountId", a.login, e.face_id "faceId",
           e.handler_id "handlerId", e.source, e.tags, e.external_id "externalId", e.user_data "userData",
           e.track_id "trackId", e.basic_attributes "basicAttributes", e.create_time "createTime",
           e.end_time "endTime", e.insert_time "insertTime", ${samples},
           array(select face_id::text from faces f where f.face_id = e.face_id
             union select face_id::text from (select face_id from faces f where f.event_id = e.event_id
               order by face_id desc limit ${shownFaces}) made
             order by face_id desc limit ${shownFaces}) "faceIds"
         from events e left join accounts a using (account_id) where e.event_id = $1`,
        [eventId],
      );
      if (event === undefined) return null;
      const descriptors = await db.query<EventDescriptorRow>(
        `select descriptor_type "kind", descriptor_version "version", generation, create_time "createTime"
         from event_descriptors where event_id = $1 order by descriptor_type desc, descriptor_version`,
        [eventId],
      );
      return { ...event, descriptors };
    },

    /** Those of the ids that there are, in the ids' order. Naming them once more leaves only their days in the plan. */
    cards: (eventIds: readonly string[]): Promise<EventCard[]> =>
      db.query<EventCard>(
        `select e.event_id "eventId", e.external_id "externalId", e.source, ${samples},
           coalesce((select jsonb_agg(jsonb_build_object('kind', descriptor_type, 'version', descriptor_version)
               order by descriptor_type desc, descriptor_version)
             from event_descriptors d where d.event_id = e.event_id and d.event_id = any($1::uuid[])), '[]') "descriptors"
         from unnest($1::uuid[]) with ordinality wanted (event_id, place) join events e using (event_id)
         where e.event_id = any($1::uuid[])
         order by place`,
        [eventIds],
      ),
  };
}

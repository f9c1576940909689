import type { Database } from '../sql/connection.ts';

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

export interface FaceCard {
  readonly faceId: string;
  readonly externalId: string;
  readonly userData: string;
  readonly hasSample: boolean;
  readonly versions: readonly number[];
}

/** A page of them. */
export interface FaceCards {
  readonly faces: readonly FaceCard[];
  readonly hasNewer: boolean;
  readonly hasOlder: boolean;
}

/** Faces next to a key: `before` it the older ones, `after` it the newer ones; none: the newest. */
export interface FacePlace {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

const shownLists = 20;
const shownEvents = 20;

const card = `f.face_id "faceId", f.external_id "externalId", f.user_data "userData",
  exists (select from samples s where s.owner_id = f.face_id and s.kind = 'face') "hasSample",
  array(select descriptor_version from face_descriptors d where d.face_id = f.face_id
    order by descriptor_version) "versions"`;

export type FaceQueries = ReturnType<typeof createFaceQueries>;

/** Faces as pages show them. */
export function createFaceQueries(db: Database) {
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

    /** Newest first by their keys, so that each page costs what the first one costs. */
    page: async (
      of: { readonly accountId: string } | { readonly listId: string },
      { before, after }: FacePlace,
      size: number,
    ): Promise<FaceCards> => {
      const [table, column, id] =
        'listId' in of ? ['list_faces', 'list_id', of.listId] : ['faces', 'account_id', of.accountId];
      const isBack = after !== undefined;
      const edge = after ?? before;
      const found = await db.query<FaceCard>(
        `select ${card}
         from (select face_id from ${table} where ${column} = $1
           ${edge === undefined ? '' : `and face_id ${isBack ? '>' : '<'} $2`}
           order by face_id ${isBack ? 'asc' : 'desc'} limit ${size + 1}) page
         join faces f using (face_id)
         order by face_id ${isBack ? 'asc' : 'desc'}`,
        edge === undefined ? [id] : [id, edge],
      );
      const hasMore = found.length > size;
      const faces = found.slice(0, size);
      if (isBack) return { faces: faces.reverse(), hasNewer: hasMore, hasOlder: true };
      return { faces, hasNewer: before !== undefined, hasOlder: hasMore };
    },

    /** Those of the ids that there are, in the ids' order. */
    cards: (faceIds: readonly string[]): Promise<FaceCard[]> =>
      db.query<FaceCard>(
        `select ${card} from unnest($1::uuid[]) with ordinality wanted (face_id, place) join faces f using (face_id)
         order by place`,
        [faceIds],
      ),

    /**
     * Where the image of a face's or an event's sample lives; undefined: there is no such sample, or nobody whose it is.
     * What a removal has left behind is not to be seen.
     */
    sampleKey: async (ownerId: string, kind: 'face' | 'body'): Promise<string | null | undefined> => {
      const [row] = await db.query<{ key: string | null }>(
        `select storage_key "key" from samples where owner_id = $1 and kind = $2
           and (exists (select from faces where face_id = $1) or exists (select from events where event_id = $1))`,
        [ownerId, kind],
      );
      return row?.key;
    },
  };
}

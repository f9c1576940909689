import type { Sql } from '../sql/connection.ts';

export interface FaceRow {
  readonly faceId: string;
  readonly accountId: string;
  readonly eventId: string | null;
  readonly externalId: string;
  readonly userData: string;
  readonly createTime: Date;
  readonly attributeId: string | null;
  readonly listIds: string[];
  readonly descriptorVersions: number[];
}

export interface AttributeRow {
  readonly attributeId: string;
  readonly faceId: string;
  readonly basicAttributes: object | null;
  readonly sampleGeneration: number;
  readonly descriptorVersions: number[];
  readonly createTime: Date;
}

/** Something with a page of its own. */
export interface SearchHit {
  readonly kind: 'account' | 'list' | 'face' | 'event';
  readonly id: string;
  readonly name: string;
}

export type SearchQueries = ReturnType<typeof createSearchQueries>;

const versions = `array(select descriptor_version from face_descriptors d where d.face_id = a.face_id
  order by descriptor_version) "descriptorVersions"`;

/** What an id that somebody holds in hands may be, besides an account or a list. */
export function createSearchQueries(db: Sql) {
  return {
    findFace: async (faceId: string): Promise<FaceRow | null> => {
      const [row] = await db.query<FaceRow>(
        `select a.face_id "faceId", a.account_id "accountId", a.event_id "eventId", a.external_id "externalId",
           a.user_data "userData", a.create_time "createTime",
           (select attribute_id from attributes t where t.face_id = a.face_id) "attributeId",
           array(select list_id::text from list_faces l where l.face_id = a.face_id order by list_id) "listIds",
           ${versions}
         from faces a where a.face_id = $1`,
        [faceId],
      );
      return row ?? null;
    },

    findAttribute: async (attributeId: string): Promise<AttributeRow | null> => {
      const [row] = await db.query<AttributeRow>(
        `select a.attribute_id "attributeId", a.face_id "faceId", a.basic_attributes "basicAttributes",
           a.sample_generation "sampleGeneration", a.create_time "createTime", ${versions}
         from attributes a join faces f using (face_id) where a.attribute_id = $1 order by a.face_id limit 1`,
        [attributeId],
      );
      return row ?? null;
    },

    /** Everything that has this id; of an attribute its faces, which may be several. */
    byId: (id: string, limit: number): Promise<SearchHit[]> =>
      db.query<SearchHit>(
        `select 'account' as kind, account_id as id, login as name from accounts where account_id = $1
         union all select 'list', list_id, user_data from lists where list_id = $1
         union all select 'face', face_id, external_id from faces where face_id = $1
         union all select 'event', event_id, external_id from events where event_id = $1
         union all (select 'face', face_id, external_id from attributes join faces using (face_id)
           where attribute_id = $1 and face_id <> $1 order by face_id desc limit $2)`,
        [id, limit],
      ),

    /**
     * Of accounts a part of the login will do, and the whole of it means no other; of lists a part of their user data,
     * which is how people call them; of faces the whole external id.
     */
    byName: async (text: string, limit: number): Promise<SearchHit[]> => {
      const hits = await db.query<SearchHit>(
        `(select 'account' as kind, account_id as id, login as name from accounts
          where strpos(login, lower($1)) > 0 order by login = lower($1) desc, login limit $2)
         union all (select 'list', list_id, user_data from lists
           where strpos(lower(user_data), lower($1)) > 0 order by user_data, list_id limit $2)
         union all (select 'face', face_id, external_id from faces
           where external_id = $1 order by face_id desc limit $2)`,
        [text, limit],
      );
      const exact = hits.filter(({ kind, name }) => kind === 'account' && name === text.toLowerCase());
      return exact.length > 0 ? exact : hits;
    },
  };
}

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

export type IdQueries = ReturnType<typeof createIdQueries>;

const versions = `array(select descriptor_version from face_descriptors d where d.face_id = a.face_id
  order by descriptor_version) "descriptorVersions"`;

/** What an id that somebody holds in hands may be, besides an account or a list. */
export function createIdQueries(db: Sql) {
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
  };
}

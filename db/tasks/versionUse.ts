import { askInTime } from '../sql/askInTime.ts';
import type { Database } from '../sql/connection.ts';
import type { OwnedVersion } from '../../domain/extract/heldVersions.ts';

export type VersionUse = ReturnType<typeof createVersionUse>;

/** What hangs on one version of descriptors; `limitMs`: how long counting may take. */
export function createVersionUse(db: Database, limitMs = 300) {
  return {
    /** Whether there are descriptors, and none of this version. */
    isGone: async (wanted: OwnedVersion): Promise<boolean> => {
      const { table, ofType } = tableOf(wanted);
      const [row] = await db.query<{ isGone: boolean }>(
        `select exists (select from ${table} d where ${ofType('d')})
           and not exists (select from ${table} d where d.descriptor_version = $1 and ${ofType('d')}) "isGone"`,
        [wanted.version],
      );
      return row?.isGone ?? false;
    },

    /** How many objects have this version and no other; null: they are too many to be counted in time. */
    countWithoutOther: (wanted: OwnedVersion): Promise<number | null> =>
      db.transaction(async (tx) => {
        const { table, key, ofType } = tableOf(wanted);
        const rows = await askInTime<{ count: number }>(
          tx,
          limitMs,
          `select count(*) from ${table} d where d.descriptor_version = $1 and ${ofType('d')}
             and not exists (
               select from ${table} o
               where o.${key} = d.${key} and o.descriptor_version <> $1 and ${ofType('o')}
             )`,
          [wanted.version],
        );
        return rows?.[0]?.count ?? null;
      }),
  };
}

function tableOf({ objects, type }: OwnedVersion) {
  return objects === 'faces'
    ? { table: 'face_descriptors', key: 'face_id', ofType: () => 'true' }
    : {
        table: 'event_descriptors',
        key: 'event_id',
        ofType: (alias: string) => `${alias}.descriptor_type = '${type}'`,
      };
}

import { v7 } from 'uuid';
import type { Database, Sql } from '../sql/connection.ts';
import { ensureDescriptorPartition } from '../schema/descriptorPartitions.ts';
import {
  claimImages,
  claimWithinSeconds,
  insertBodies,
  insertEvents,
  insertFaces,
  lockAccount,
  storageKeysOf,
  type ImportedFace,
  type ImportTarget,
} from './importRows.ts';
import { createKnownFaceStore } from './knownFaceStore.ts';

export type ImportStore = ReturnType<typeof createImportStore>;

const renewAfterSeconds = 10;

/** Rows of imported faces and events. */
export function createImportStore(db: Database) {
  return {
    ...createKnownFaceStore(db),

    /** The account's list of that name, made when there is none. */
    ensureList: (accountId: string, name: string): Promise<string> =>
      db.transaction(async (tx) => {
        await lockAccount(tx, accountId);
        const [found] = await tx.query<{ list_id: string }>(
          'select list_id from lists where account_id = $1 and user_data = $2 order by list_id limit 1',
          [accountId, name],
        );
        if (found) return found.list_id;
        const listId = v7();
        await tx.query('insert into lists (list_id, account_id, user_data) values ($1, $2, $3)', [
          listId,
          accountId,
          name,
        ]);
        return listId;
      }),

    /** Must have been called once before faces of that version are added. */
    prepareVersion: async (descriptorVersion: number): Promise<void> => {
      await ensureDescriptorPartition(db, 'face_descriptors', descriptorVersion);
      await ensureDescriptorPartition(db, 'event_descriptors', descriptorVersion);
    },

    /** Which of these faces the account has already; they are put on the list if they were not. */
    linkKnown: async (target: ImportTarget, externalIds: readonly string[]): Promise<Set<string>> => {
      const known = await findKnown(db, target.accountId, externalIds);
      await linkFaces(db, target.listId, [...known.values()]);
      return new Set(known.keys());
    },

    /**
     * Tombstones for images that are about to be written: should the import end before `addFaces`, a sweep
     * removes them.
     */
    announceImages: async (storageKeys: readonly string[]): Promise<void> => {
      await db.query(
        `insert into sample_tombstones (storage_key) select unnest($1::text[]) on conflict do nothing`,
        [storageKeys],
      );
    },

    /** Keeps announcements from growing old while a slow store is written to; `addFaces` says whether it was in time. */
    renewImages: async (storageKeys: readonly string[]): Promise<void> => {
      await db.query(
        `update sample_tombstones set create_time = clock_timestamp() where storage_key = any($1::text[])
           and create_time < clock_timestamp() - make_interval(secs => $2)
           and create_time > clock_timestamp() - make_interval(secs => $3)`,
        [storageKeys, renewAfterSeconds, claimWithinSeconds],
      );
    },

    /**
     * Adds faces with everything that belongs to them, or nothing. Those that another import has added meanwhile
     * are only put on the list, and their images left to the sweep.
     * @returns how many were added
     */
    addFaces: (target: ImportTarget, imported: readonly ImportedFace[]): Promise<number> =>
      db.transaction(async (tx) => {
        await lockAccount(tx, target.accountId);
        const known = await findKnown(
          tx,
          target.accountId,
          imported.map(({ externalId }) => externalId),
        );
        const added = imported.filter(({ externalId }) => !known.has(externalId));
        if (added.length > 0) {
          await claimImages(tx, added.flatMap(storageKeysOf));
          await insertFaces(tx, target, added);
          await insertEvents(tx, target, added);
          await insertBodies(tx, added);
        }
        const faceIds = [...known.values(), ...added.map(({ face }) => face.id)];
        await linkFaces(tx, target.listId, faceIds);
        return added.length;
      }),
  };
}

async function findKnown(
  db: Sql,
  accountId: string,
  externalIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db.query<{ external_id: string; face_id: string }>(
    `select external_id, face_id from faces
     where external_id = any($1::text[]) and external_id <> '' and account_id = $2`,
    [externalIds, accountId],
  );
  return new Map(rows.map((row) => [row.external_id, row.face_id]));
}

async function linkFaces(tx: Sql, listId: string | null, faceIds: readonly string[]): Promise<void> {
  if (listId === null || faceIds.length === 0) return;
  await tx.query(
    `insert into list_faces (face_id, list_id) select unnest($1::uuid[]), $2::uuid on conflict do nothing`,
    [faceIds, listId],
  );
}

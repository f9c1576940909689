import type { Database } from './connection.ts';

export type TombstoneStore = ReturnType<typeof createTombstoneStore>;

/** Files whose rows are gone. A tombstone is removed only after its file. */
export function createTombstoneStore(db: Database) {
  return {
    /** The oldest tombstones that nobody can still be working on; not those that an import is about to take away. */
    listOld: async (olderThanSeconds: number, limit: number): Promise<string[]> => {
      const rows = await db.query<{ storage_key: string }>(
        `select storage_key from sample_tombstones where create_time < now() - make_interval(secs => $1)
         order by create_time limit $2 for update skip locked`,
        [olderThanSeconds, limit],
      );
      return rows.map(({ storage_key }) => storage_key);
    },

    removeAll: async (storageKeys: readonly string[]): Promise<void> => {
      if (storageKeys.length === 0) return;
      await db.query('delete from sample_tombstones where storage_key = any($1::text[])', [storageKeys]);
    },
  };
}

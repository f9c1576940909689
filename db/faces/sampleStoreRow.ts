import type { Database } from '../sql/connection.ts';

const keysToLookFor = 20;

/** The id that the folder of samples has to have, and whether a folder has ever got it. */
export function createSampleStoreRow(db: Pick<Database, 'query' | 'transaction'>) {
  return {
    /** Null: no folder has been marked yet. */
    findMarked: async (): Promise<string | null> => {
      const [row] = await db.query<{ store_id: string }>(
        'select store_id from sample_store where marked_time is not null',
      );
      return row?.store_id ?? null;
    },

    /**
     * Calls `mark` unless a folder is marked. Its row is locked meanwhile, so that nobody who began before marks another
     * folder after; a process that is killed before the commit has only made a file that the next one finds.
     */
    markOnce: (
      mark: (store: { readonly storeId: string; readonly someKeys: readonly string[] }) => Promise<void>,
    ): Promise<string> =>
      db.transaction(async (tx) => {
        const [row] = await tx.query<{ storeId: string; isMarked: boolean }>(
          `select store_id as "storeId", marked_time is not null as "isMarked" from sample_store for update`,
        );
        if (row === undefined) throw new Error('the table sample_store is empty');
        const { storeId, isMarked } = row;
        if (isMarked) return storeId;
        const samples = await tx.query<{ key: string }>(
          'select storage_key as key from samples where storage_key is not null limit $1',
          [keysToLookFor],
        );
        await mark({ storeId, someKeys: samples.map(({ key }) => key) });
        await tx.execute('update sample_store set marked_time = now()');
        return storeId;
      }),
  };
}

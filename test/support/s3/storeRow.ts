import type { StoreRow } from '../../../imagestore/mark.ts';

/** What a database without samples says, without one; the next process of the same gets the same row. */
export function newStoreRow(storeId = 'store-of-the-test'): StoreRow {
  let isMarked = false;
  return {
    findMarked: () => Promise.resolve(isMarked ? storeId : null),
    markOnce: async (mark) => {
      await mark({ storeId, someKeys: [] });
      isMarked = true;
      return storeId;
    },
  };
}

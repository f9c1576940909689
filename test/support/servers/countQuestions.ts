import type { Database } from '../../../db/sql/connection.ts';
import type { Pools } from '../../../db/sql/pools.ts';

/** The same pools, and how many statements and transactions went through them; but for health, which a clock asks by itself. */
export function countQuestions(pools: Pools): { pools: Pools; questions: () => number } {
  let count = 0;
  const counted = <T>(ask: () => T): T => {
    count++;
    return ask();
  };
  const watch = (db: Database): Database => ({
    ...db,
    query: (sql, bind) => counted(() => db.query(sql, bind)),
    prepared: (name, sql, bind) => counted(() => db.prepared(name, sql, bind)),
    execute: (sql, bind) => counted(() => db.execute(sql, bind)),
    transaction: (work) => counted(() => db.transaction(work)),
    snapshot: (work) => counted(() => db.snapshot(work)),
  });
  return {
    pools: {
      ...pools,
      identity: watch(pools.identity),
      control: watch(pools.control),
      records: {
        ...pools.records,
        transaction: (work) => counted(() => pools.records.transaction(work)),
      },
      heavy: watch(pools.heavy),
      reading: watch(pools.reading),
      exports: watch(pools.exports),
    },
    questions: () => count,
  };
}

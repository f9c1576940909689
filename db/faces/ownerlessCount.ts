import type { Database } from '../sql/connection.ts';

export interface OwnerlessFigures {
  /** Null: no round was whole yet. */
  readonly total: number | null;
}

export type OwnerlessCount = ReturnType<typeof createOwnerlessCount>;

// 50 to 100 ms; a round over 10,000,000 samples takes half an hour of such steps, ten seconds apart.
const rowsAtOnce = 50_000;
// Objects that somebody has locked are counted another time.
const limits = `set local lock_timeout = '500ms'; set local statement_timeout = '5s'`;

/** How many samples have no owner, found a stretch of keys at a time. */
export function createOwnerlessCount(db: Database) {
  return {
    /** Counts the next stretch; the end of a round becomes the figure that is read. */
    step: (rows = rowsAtOnce): Promise<void> =>
      db.transaction(async (tx) => {
        await tx.query(limits);
        const [at] = await tx.query<{ cursor: string | null }>(
          'select cursor from ownerless_samples for update',
        );
        const after = at?.cursor ?? '00000000-0000-0000-0000-000000000000';
        const [end] = await tx.query<{ key: string }>(
          'select owner_id as key from samples where owner_id > $1 order by owner_id limit 1 offset $2',
          [after, rows - 1],
        );
        const range = (column: string) =>
          `${column} > $1 ${end === undefined ? '' : `and ${column} <= $2::uuid`}`;
        const [found] = await tx.query<{ count: number }>(
          `select count(*) from samples s where ${range('s.owner_id')}
             and not exists (select from faces f where f.face_id = s.owner_id and ${range('f.face_id')})
             and not exists (select from events e where e.event_id = s.owner_id and ${range('e.event_id')})`,
          end === undefined ? [after] : [after, end.key],
        );
        const count = found?.count ?? 0;
        if (end === undefined) {
          await tx.query(
            `update ownerless_samples set total = found + $1, total_time = now(), found = 0, cursor = null`,
            [count],
          );
        } else {
          await tx.query(`update ownerless_samples set found = found + $1, cursor = $2`, [count, end.key]);
        }
      }),

    figures: async (): Promise<OwnerlessFigures> => {
      const [row] = await db.query<OwnerlessFigures>('select total from ownerless_samples');
      return { total: row?.total ?? null };
    },
  };
}

import type { Reader } from '../sql/connection.ts';

/** What the lines of the chain cannot show, because it is not among them. */
export interface LooseEntries {
  /** Committed, and not chained yet; how many. */
  readonly unsealed: number;
  /** Neither sealed nor waiting for it: they were written past the trigger. */
  readonly unrecorded: readonly number[];
  /** Sealed, or waiting for it, and gone. */
  readonly gone: readonly number[];
  /** The seal that the chain ends with, by its own account. */
  readonly lastSeal: number;
}

const named = 10;

export async function findLooseEntries(db: Pick<Reader, 'query'>): Promise<LooseEntries> {
  const [row] = await db.query<LooseEntries>(
    `select
       (select count(*) from audit_unsealed) unsealed,
       array(select audit_id from audit a where not exists (select from audit_seals s where s.audit_id = a.audit_id)
         and not exists (select from audit_unsealed u where u.audit_id = a.audit_id) order by 1 limit ${named})::float8[] unrecorded,
       array(select audit_id from (select audit_id from audit_seals union all select audit_id from audit_unsealed) known
         where not exists (select from audit a where a.audit_id = known.audit_id) order by 1 limit ${named})::float8[] gone,
       (select seal from audit_chain) "lastSeal"`,
  );
  if (row === undefined) throw new Error('the database answered nothing');
  return row;
}

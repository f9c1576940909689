import type { Bed } from './bed.ts';

type Queries = Pick<Bed['db'], 'query'>;

/** Bytes of each row, all partitions together. */
export interface TableSize {
  readonly name: string;
  readonly rows: number;
  readonly heap: number;
  readonly outOfLine: number;
  readonly indexes: readonly { readonly name: string; readonly bytesEach: number }[];
}

export async function sizesOf(db: Queries, names: readonly string[]): Promise<TableSize[]> {
  const sizes: TableSize[] = [];
  for (const name of names) sizes.push(await sizeOf(db, name));
  return sizes;
}

const leaves = `(select relid from pg_partition_tree($1::text::regclass) where isleaf
  union all select $1::text::regclass where not exists (select from pg_partition_tree($1::text::regclass)))`;

async function sizeOf(db: Queries, name: string): Promise<TableSize> {
  const [counted] = await db.query<{ rows: number }>(`select count(*)::bigint as rows from ${name}`);
  const rows = Math.max(1, counted?.rows ?? 0);
  const [table] = await db.query<{ heap: number; outOfLine: number }>(
    `select sum(pg_relation_size(relid))::bigint heap,
       sum(case when reltoastrelid = 0 then 0 else pg_total_relation_size(reltoastrelid) end)::bigint "outOfLine"
     from ${leaves} leaf join pg_class on pg_class.oid = relid`,
    [name],
  );
  const indexes = await db.query<{ name: string; size: number }>(
    `select coalesce(pg_partition_root(indexrelid), indexrelid)::regclass::text as name,
       sum(pg_relation_size(indexrelid))::bigint size
     from ${leaves} leaf join pg_index on indrelid = relid group by 1 order by 1`,
    [name],
  );
  return {
    ...{ name, rows },
    heap: (table?.heap ?? 0) / rows,
    outOfLine: (table?.outOfLine ?? 0) / rows,
    indexes: indexes.map(({ name: index, size }) => ({ name: index, bytesEach: size / rows })),
  };
}

/** Where the write-ahead log is now. */
export async function walPlace(db: Queries): Promise<string> {
  const [row] = await db.query<{ place: string }>('select pg_current_wal_insert_lsn()::text place');
  if (row === undefined) throw new Error('there is no log');
  return row.place;
}

/** Bytes of log since then. */
export async function walSince(db: Queries, place: string): Promise<number> {
  const [row] = await db.query<{ bytes: number }>(
    'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::text::pg_lsn)::bigint bytes',
    [place],
  );
  return row?.bytes ?? 0;
}

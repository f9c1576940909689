import type { Sql } from '../sql/connection.ts';

export interface Counted {
  readonly count: number;
  /** False: what PostgreSQL's statistics say, scaled to the size that the table has now. */
  readonly isExact: boolean;
}

export interface Stock {
  readonly faces: Counted;
  readonly events: Counted;
  /** Samples whose face or event is gone; null: they were never counted. */
  readonly ownerless: number | null;
  /** How many faces have a descriptor of each version. */
  readonly versions: readonly (Counted & { readonly version: number })[];
}

// Up to here rows are counted, in some milliseconds; what is more is estimated in one, however many there are.
const countedAtMost = 20_000;

/** What is kept, told at a cost that does not grow with it. */
export async function readStock(db: Sql): Promise<Stock> {
  const [faces, events, [left], versions] = await Promise.all([
    countTable(db, 'faces'),
    countTable(db, 'events'),
    db.query<{ total: number | null }>('select total from ownerless_samples'),
    countPartitions(db, 'face_descriptors'),
  ]);
  const ownerless = left?.total ?? null;
  return { faces, events, ownerless, versions: versions.filter(({ count }) => count > 0) };
}

export interface CountedVersion {
  readonly version: number;
  /** How many of them have a descriptor of the version. */
  readonly faces: Counted;
  readonly events: Counted;
}

/** Versions of which there are descriptors, by number. */
export async function countVersions(db: Sql): Promise<CountedVersion[]> {
  const [faces, events] = await Promise.all([
    countPartitions(db, 'face_descriptors'),
    countPartitions(db, 'event_descriptors'),
  ]);
  const none: Counted = { count: 0, isExact: true };
  const countOf = (counted: typeof faces, wanted: number): Counted => {
    const { count, isExact } = counted.find(({ version }) => version === wanted) ?? none;
    return { count, isExact };
  };
  return [...new Set([...faces, ...events].map(({ version }) => version))]
    .sort((one, other) => one - other)
    .map((version) => ({ version, faces: countOf(faces, version), events: countOf(events, version) }))
    .filter((one) => one.faces.count + one.events.count > 0);
}

async function countPartitions(
  db: Sql,
  table: 'face_descriptors' | 'event_descriptors',
): Promise<(Counted & { version: number })[]> {
  const partitions = await db.query<{ name: string; version: number }>(
    `select c.relname "name", substring(c.relname from '_v(-?\\d+)$')::int "version"
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = '${table}'::regclass order by 2`,
  );
  return Promise.all(
    partitions.map(async ({ name, version }) => ({ version, ...(await countTable(db, name)) })),
  );
}

/** `table` is a name of our own schema, never one that somebody sent. */
async function countTable(db: Sql, table: string): Promise<Counted> {
  const [few] = await db.query<{ count: number }>(
    `select count(*) from (select from ${table} limit ${countedAtMost + 1}) few`,
  );
  const count = few?.count ?? 0;
  if (count <= countedAtMost) return { count, isExact: true };
  const [plan] = await db.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `explain (format json) select from ${table}`,
  );
  return { count: Math.max(count, plan?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0), isExact: false };
}

import type { Database } from '../sql/connection.ts';

export interface KeyCount {
  readonly count: number;
  /** The first of them. */
  readonly some: readonly string[];
}

export interface KeyComparison {
  /** Samples, also those that can be put back, whose image is not among the held ones. */
  readonly missing: KeyCount;
  /** Held images that neither a sample nor a tombstone refers to. */
  readonly unknown: KeyCount;
}

const atOnce = 10_000;
const shown = 20;

/**
 * Compares what a store holds with the rows. `takeUnknown` gets each key that nothing refers to, some at a time, while the
 * comparison stands.
 */
export function compareHeldKeys(
  db: Pick<Database, 'transaction'>,
  held: AsyncIterable<{ readonly key: string }>,
  takeUnknown: (keys: readonly string[]) => Promise<void>,
): Promise<KeyComparison> {
  return db.transaction(async (tx) => {
    await tx.execute('create temp table held (key text primary key) on commit drop');
    const insert = (keys: readonly string[]) =>
      tx.execute('insert into held select unnest($1::text[]) on conflict do nothing', [keys]);
    let some: string[] = [];
    for await (const { key } of held) {
      some.push(key);
      if (some.length < atOnce) continue;
      await insert(some);
      some = [];
    }
    await insert(some);
    await tx.execute('analyze held');
    const tables = await tx.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class
       where relkind = 'r' and relnamespace = 'public'::regnamespace and relname ~ '^aside_[0-9]+_samples$'`,
    );
    const known = ['samples', ...tables.map(({ name }) => name)]
      .map((name) => `select storage_key as key from ${name} where storage_key is not null`)
      .join(' union all ');
    const [missing] = await tx.query<{ count: number; some: string[] | null }>(
      `select count(*) as count, (array_agg(key order by key))[1:${shown}] as some
       from (${known}) k where not exists (select from held where held.key = k.key)`,
    );
    await tx.execute(
      `create temp table unknown on commit drop as
       select key from held where not exists (select from (${known}) k where k.key = held.key)
         and not exists (select from sample_tombstones where storage_key = held.key)`,
    );
    const [unknown] = await tx.query<{ count: number; some: string[] | null }>(
      `select count(*) as count, (array_agg(key order by key))[1:${shown}] as some from unknown`,
    );
    for (;;) {
      const next = await tx.query<{ key: string }>(
        `delete from unknown where key in (select key from unknown limit 1000) returning key`,
      );
      if (next.length === 0) break;
      await takeUnknown(next.map(({ key }) => key));
    }
    return { missing: toCount(missing), unknown: toCount(unknown) };
  });
}

function toCount(row: { readonly count: number; readonly some: string[] | null } | undefined): KeyCount {
  return { count: row?.count ?? 0, some: row?.some ?? [] };
}

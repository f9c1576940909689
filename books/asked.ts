import type pg from 'pg';

/** What one image origin was asked by others than the audit. */
export interface AskedOrigin {
  readonly url: string;
  /** Whether it ever answered that the image is removed, or is not there. */
  readonly removed: boolean;
}

/** Puts what was asked beside the ledger, for as long as the connection lives. */
export async function noteAsked(client: pg.Client, asked: readonly AskedOrigin[]): Promise<void> {
  await client.query('drop table if exists pg_temp.asked');
  await client.query('create temp table asked (url text, removed boolean)');
  await client.query('insert into asked select * from unnest($1::text[], $2::boolean[])', [
    asked.map(({ url }) => url),
    asked.map(({ removed }) => removed),
  ]);
}

/** Image origins of objects that a task has removed, and was to remove with their origins. */
const ordered = `books.image_origins b join ledger a on a.id = b.owner_id and a.gone
  join briefs t on t.task_id = a.task_id and (t.content ->> 'remove_image_origins')::boolean`;

/** Image origins are asked for the sake of removed objects alone, and count as removed only when they said so. */
export const askedRules: readonly string[] = [
  `select 'image origins were asked that no task was to remove', k.url from asked k
   where not exists (select from ${ordered} where b.url = k.url)`,
  `select 'task ' || a.task_id || ': image origins count as removed that never said so', b.url
   from ${ordered}
   where not exists (select from asked k where k.url = b.url and k.removed)
     and not exists (select from origin_removals o where o.task_id = a.task_id and o.object_id = b.owner_id
       and o.origin_no = b.origin_no)`,
];

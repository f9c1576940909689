import { addEventDays } from '../../db/ops/eventPartitions.ts';
import type { Database } from '../../db/sql/connection.ts';
import { ensureDescriptorPartition } from '../../db/schema/descriptorPartitions.ts';

export const dayMs = 86_400_000;

/** Midnight, UTC, so many days ago. */
export function daysAgo(days: number): Date {
  return new Date((Math.floor(Date.now() / dayMs) - days) * dayMs);
}

/**
 * Events in equal numbers for each of the days, each with a descriptor of 512 bytes, a sample and an image origin, in
 * partitions of a day. Rows of a day that is there already are left alone.
 */
export async function seedDays(
  db: Database,
  accountId: string,
  { from, days, perDay }: { readonly from: Date; readonly days: number; readonly perDay: number },
): Promise<void> {
  await ensureDescriptorPartition(db, 'event_descriptors', 1);
  await addEventDays(db, from.getTime(), from.getTime() + days * dayMs);
  for (let day = 0; day < days; day += 1) {
    const numbered = numberedEvents(from.getTime() + day * dayMs, dayMs, perDay);
    await db.query(
      `${numbered} insert into events (event_id, account_id, handler_id, source, tags, track_id, create_time, end_time, insert_time)
       select id, $1::uuid, md5('handler' || n % 7)::uuid, 'camera-' || n % 50, array['tag-' || n % 5], 'track-' || n / 4,
         t, t + interval '2 seconds', t from numbered on conflict do nothing`,
      [accountId],
    );
    await db.query(
      `${numbered} insert into event_descriptors (event_id, descriptor_version, descriptor_type, descriptor, create_time)
       select id, 1, 'face', decode(repeat(h, 32), 'hex'), t from numbered on conflict do nothing`,
    );
    await db.query(
      `${numbered} insert into samples (owner_id, kind, sample_id, create_time)
       select id, 'face', md5('sample' || h)::uuid, t from numbered on conflict do nothing`,
    );
    await db.query(
      `${numbered} insert into image_origins (owner_id, origin_no, url)
       select id, 1, 'http://origin.example/' || h from numbered on conflict do nothing`,
    );
  }
  await db.query('vacuum (analyze) events, event_descriptors, samples, image_origins');
  await db.query('checkpoint');
}

/** SQL of `numbered`, a row for each event: its number, a time `t`, an id of that time (uuid v7), and a hash. */
export function numberedEvents(begin: number, lengthMs: number, count: number): string {
  return `with numbered as (
      select (lpad(to_hex(at), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid as id, h, n,
        timestamptz 'epoch' + at * interval '1 millisecond' as t
      from (
        select n, ${begin} + n * ${lengthMs}::bigint / ${count} as at, md5('${begin}' || n::text) as h
        from generate_series(0, ${count - 1}::bigint) n
      ) times
    )`;
}

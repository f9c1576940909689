import type { Database } from '../sql/connection.ts';
import { addEventDays } from '../ops/eventPartitions.ts';
import { ensureDescriptorPartition } from '../schema/descriptorPartitions.ts';

export interface SeedOptions {
  readonly accountId: string;
  readonly faces: number;
  readonly events: number;
  /** Descriptor versions that every object gets, with the length of each. */
  readonly versions: readonly { readonly version: number; readonly dimension: number }[];
  /** The same seed and account make the same rows; those that are there already stay. */
  readonly seed: number;
  readonly onProgress?: (rows: number) => void;
}

export interface Seeded {
  readonly faces: number;
  readonly events: number;
  readonly listId: string;
}

const chunk = 50_000;
// Halves of two of them make 16 million different vectors; drawing each component of each row takes minutes.
const poolSize = 4_096;
// Fixed, so that the same seed gives the same version-7 ids: one millisecond an object, from 2024-01-01.
const firstMillisecond = 1_704_067_200_000;

/** Fills the tables with rows that look like those of a platform in use, but for the images. In SQL, by chunks. */
export async function seedVolume(db: Database, options: SeedOptions): Promise<Seeded> {
  for (const { version } of options.versions) {
    await ensureDescriptorPartition(db, 'face_descriptors', version);
    await ensureDescriptorPartition(db, 'event_descriptors', version);
  }
  await addEventDays(db, firstMillisecond, firstMillisecond + options.events);
  const pools: Pools = new Map();
  for (const { dimension } of options.versions) pools.set(dimension, await drawPool(db, dimension, options));
  try {
    const listId = await seedList(db, options);
    for (let from = 0; from < options.faces; from += chunk) {
      await seedFaces(db, options, pools, listId, from, Math.min(options.faces, from + chunk));
      options.onProgress?.(Math.min(options.faces, from + chunk));
    }
    for (let from = 0; from < options.events; from += chunk) {
      await seedEvents(db, options, pools, from, Math.min(options.events, from + chunk));
      options.onProgress?.(options.faces + Math.min(options.events, from + chunk));
    }
    return { faces: options.faces, events: options.events, listId };
  } finally {
    // The service's own role cannot: PostgreSQL then does it by itself, a minute later.
    await db.query(
      'analyze faces, attributes, samples, list_faces, face_descriptors, events, event_descriptors',
    );
  }
}

/** Of each dimension, vectors; handed to the statements, for the service's role makes no tables. */
type Pools = Map<number, readonly Buffer[]>;

/** Random vectors whose halves each have the length 1/√2, so that any first half fits any second one. */
async function drawPool(
  db: Database,
  dimension: number,
  { seed, faces, events }: SeedOptions,
): Promise<Buffer[]> {
  // Of few objects, number n reads vectors n and 7n: drawing all takes seconds.
  const drawn = Math.min(poolSize, 7 * Math.max(faces, events));
  // float4send is big-endian; descriptors are little-endian.
  const rows = await db.query<{ vector: Buffer }>(
    `select string_agg(decode(
         substr(h, 7, 2) || substr(h, 5, 2) || substr(h, 3, 2) || substr(h, 1, 2), 'hex'), ''::bytea order by c) as vector
     from (
       select v, c, encode(float4send((x / (sqrt(2) * sqrt(sum(x * x) over (partition by v, c <= $1::integer / 2))))::float4), 'hex') as h
       from (
         select v, c, (('x' || substr(md5($2::text || ':' || v || ':' || c), 1, 8))::bit(32)::integer + 0.5) / 2147483648.0::float8 as x
         from generate_series(0, ${drawn - 1}) v, generate_series(1, $1::integer) c
       ) drawn
     ) scaled group by v order by v`,
    [dimension, seed],
  );
  return rows.map(({ vector }) => vector);
}

async function seedList(db: Database, { accountId, seed }: SeedOptions): Promise<string> {
  const [row] = await db.query<{ list_id: string }>(
    `insert into lists (list_id, account_id, user_data)
     values (md5('seed list ' || $1::text || ':' || $2::text)::uuid, $1::uuid, 'seeded volume')
     on conflict (list_id) do update set last_update_time = now() returning list_id`,
    [accountId, seed],
  );
  if (row === undefined) throw new Error('insert into lists returned no row');
  return row.list_id;
}

/** Statements share this: number → id, time and hash of each object of a chunk. */
function numbered(kind: 'face' | 'event'): string {
  return `select n, h,
      (lpad(to_hex(${firstMillisecond} + n), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid as id,
      timestamptz 'epoch' + (${firstMillisecond} + n) * interval '1 millisecond' as t
    from (select n, md5('${kind}' || $1::text || ':' || $2::text || ':' || n) as h
      from generate_series($3::bigint, $4::bigint - 1) n) hashed`;
}

async function seedFaces(
  db: Database,
  options: SeedOptions,
  pools: Pools,
  listId: string,
  from: number,
  to: number,
): Promise<void> {
  const range = [options.accountId, options.seed, from, to];
  const run = (sql: string, more: readonly unknown[] = []) =>
    db.query(`with objects as (${numbered('face')}) ${sql} on conflict do nothing`, [...range, ...more]);
  await run(`insert into faces (face_id, account_id, external_id, user_data, create_time)
    select id, $1::uuid, 'seed-' || n, case when n % 10 = 0 then 'tenth' else '' end, t from objects`);
  await run(`insert into attributes (face_id, attribute_id, basic_attributes, create_time)
    select id, md5(h)::uuid, jsonb_build_object('age', 18 + n % 60, 'gender', n % 2), t from objects`);
  await run(`insert into samples (owner_id, kind, sample_id, create_time)
    select id, 'face', md5('sample' || h)::uuid, t from objects`);
  await run(`insert into list_faces (face_id, list_id, link_time) select id, $5::uuid, t from objects`, [
    listId,
  ]);
  for (const { version, dimension } of options.versions) {
    await run(
      `insert into face_descriptors (face_id, descriptor_version, descriptor, create_time)
       select id, ${String(version)}, ${vectorOf(dimension)}, t from objects ${joinPool}`,
      [pools.get(dimension)],
    );
  }
}

async function seedEvents(
  db: Database,
  options: SeedOptions,
  pools: Pools,
  from: number,
  to: number,
): Promise<void> {
  const range = [options.accountId, options.seed, from, to];
  const run = (sql: string, more: readonly unknown[] = []) =>
    db.query(`with objects as (${numbered('event')}) ${sql} on conflict do nothing`, [...range, ...more]);
  await run(`insert into events (event_id, account_id, handler_id, source, tags, track_id, basic_attributes,
      create_time, end_time, insert_time)
    select id, $1::uuid, md5('handler' || n % 7)::uuid, 'camera-' || n % 50, array['tag-' || n % 5], 'track-' || n / 4,
      jsonb_build_object('age', 18 + n % 60, 'gender', n % 2), t, t + interval '2 seconds', t from objects`);
  await run(`insert into samples (owner_id, kind, sample_id, create_time)
    select id, 'face', md5('sample' || h)::uuid, t from objects`);
  for (const { version, dimension } of options.versions) {
    await run(
      `insert into event_descriptors (event_id, descriptor_version, descriptor_type, descriptor, create_time)
       select id, ${String(version)}, 'face', ${vectorOf(dimension)}, t from objects ${joinPool}`,
      [pools.get(dimension)],
    );
  }
}

function vectorOf(dimension: number): string {
  const half = dimension * 2;
  return `substr(a.descriptor, 1, ${half}) || substr(b.descriptor, ${half + 1}, ${half})`;
}

const pool = 'unnest($5::bytea[]) with ordinality';
const joinPool = `join ${pool} a (descriptor, place) on a.place = n % ${poolSize} + 1
  join ${pool} b (descriptor, place) on b.place = (n / ${poolSize} + n * 7) % ${poolSize} + 1`;

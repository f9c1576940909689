import type pg from 'pg';

export interface NewObjects {
  readonly accountId: string;
  /** Faces: of every third. Events have the source `third` instead. */
  readonly listId: string;
  readonly versions: { readonly face: number; readonly body: number };
  readonly count: number;
  /** How many of the objects have images. */
  readonly imaged: number;
  /** How old events are, in days. */
  readonly ageDays: number;
  /** Where the first of them come from: an address for each mood of the origin. */
  readonly origins: readonly string[];
}

export interface NewImage {
  readonly kind: 'face' | 'body';
  readonly key: string;
}

export const thirdSource = 'third';
const objectsWithOrigins = 60;

const ids = `ids as materialized (select uuidv7() as id, n from generate_series(1, $1::integer) n)`;
/** Events of one day, so that a gc of all of them may empty it at once. */
const oldIds = ids.replace('uuidv7()', 'uuidv7(make_interval(days => -$7::integer))');

/** One origin, or two. */
const origins = `new_origins as (
  insert into image_origins (owner_id, origin_no, url)
  select id, o, ($3::text[])[1 + n % cardinality($3::text[])] || '/' || id || '/' || o
  from ids, generate_series(1, 1 + n % 2) o where n <= ${objectsWithOrigins})`;

/** Every seventh has attributes already, so that extracts of attributes leave it alone. */
const attributes = `case when n % 7 = 0 then '{"age": 7}'::jsonb end`;

const samples = (kinds: string) => `insert into samples (owner_id, kind, sample_id, storage_key)
  select id, kind, gen_random_uuid(), case when n <= $4::integer then gen_random_uuid()::text end
  from ids, unnest('${kinds}'::text[]) kind
  returning kind, storage_key as key`;

const faces = `with ${ids}, ${origins}, new_faces as (
    insert into faces (face_id, account_id, create_time) select id, $2::uuid, now() - interval '1 day' from ids
  ), new_attributes as (
    insert into attributes (face_id, attribute_id, basic_attributes)
    select id, gen_random_uuid(), ${attributes} from ids where n % 10 <> 0
  ), new_descriptors as (
    insert into face_descriptors (face_id, descriptor_version, descriptor, create_time)
    select id, $5::integer, '\\x00000000', now() - interval '1 day' from ids
  ), new_links as (
    insert into list_faces (face_id, list_id) select id, $6::uuid from ids where n % 3 = 0
  )
  ${samples('{face}')}`;

const events = `with ${oldIds}, ${origins}, new_events as (
    insert into events (event_id, account_id, source, basic_attributes, create_time, end_time, insert_time)
    select id, $2::uuid, case when n % 3 = 0 then '${thirdSource}' else '' end, ${attributes}, t, t, t
    from ids, (select now() - make_interval(days => $7::integer) as t) that_day
  ), new_descriptors as (
    insert into event_descriptors (event_id, descriptor_type, descriptor_version, descriptor, create_time)
    select id, type, version, '\\x00000000', now() - interval '1 day'
    from ids, (values ('face', $5::integer), ('body', $6::integer)) d (type, version)
  )
  ${samples('{face,body}')}`;

/** Puts objects with everything that hangs on them into the tables; answers the images that are to be stored. */
export async function addObjects(
  client: pg.Client,
  table: 'faces' | 'events',
  { accountId, listId, versions, count, imaged, ageDays, origins: addresses }: NewObjects,
): Promise<NewImage[]> {
  if (table === 'events') {
    await client.query(
      `select add_event_partition(day, day + interval '1 day')
       from (select date_trunc('day', now() - make_interval(days => $1), 'UTC') as day) that_day`,
      [ageDays],
    );
  }
  const { rows } = await client.query<{ kind: 'face' | 'body'; key: string | null }>(
    table === 'faces' ? faces : events,
    [
      ...[count, accountId, addresses, imaged, versions.face],
      ...(table === 'faces' ? [listId] : [versions.body, ageDays]),
    ],
  );
  return rows.flatMap(({ kind, key }) => (key === null ? [] : [{ kind, key }]));
}

/** A partition for the version in each table of descriptors. */
export async function addPartitions(client: pg.Client, version: number): Promise<void> {
  for (const table of ['face_descriptors', 'event_descriptors']) {
    await client.query('select ensure_descriptor_partition($1, $2)', [table, version]);
  }
}

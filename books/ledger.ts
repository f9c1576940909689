import type pg from 'pg';

const filter = (name: string) => `t.content -> 'filters' -> '${name}'`;
const text = (name: string) => `t.content -> 'filters' ->> '${name}'`;
const number = (path: string) => `(t.content #>> '${path}')::integer`;

/** Whether a column is one of a filter's list, if there is one: looked up in a hash, for a list may have 20,000 entries. */
const isListed = (name: string, column: string) =>
  `(${filter(name)} is null or (t.task_id, ${column}) in (select task_id, value from listed where name = '${name}'))`;

/** A task's filter over faces, read from its stored content; a name that is absent selects everything. */
const faceIsSelected = `
  f.create_time < t.upper_bound
  and coalesce(f.account_id::text = ${text('account_id')}, ${filter('account_id')} is null)
  and ${isListed('face_ids', 'f.face_id::text')}
  and ${isListed('event_ids', 'f.event_id::text')}
  and ${isListed('external_ids', 'f.external_id')}
  and coalesce(f.user_data = ${text('user_data')}, ${filter('user_data')} is null)
  and coalesce(f.create_time >= (${text('create_time__gte')})::timestamptz, true)
  and coalesce(f.create_time < (${text('create_time__lt')})::timestamptz, true)
  and (${filter('list_id')} is null or (f.face_id, ${text('list_id')}) in (select face_id, list_id::text from books.list_faces))`;

/** The same over events. */
const eventIsSelected = `
  e.insert_time < t.upper_bound
  and coalesce(e.account_id::text = ${text('account_id')}, ${filter('account_id')} is null)
  and ${isListed('event_ids', 'e.event_id::text')}
  and ${isListed('handler_ids', 'e.handler_id::text')}
  and ${isListed('sources', 'e.source')}
  and ${isListed('external_ids', 'e.external_id')}
  and ${isListed('track_ids', 'e.track_id')}
  and coalesce(e.user_data = ${text('user_data')}, ${filter('user_data')} is null)
  and (${filter('tags')} is null or exists (select from unnest(e.tags) tag
    where (t.task_id, tag) in (select task_id, value from listed where name = 'tags')))
  ${['create_time', 'end_time', 'insert_time']
    .map(
      (time) => `and coalesce(e.${time} >= (${text(`${time}__gte`)})::timestamptz, true)
  and coalesce(e.${time} < (${text(`${time}__lt`)})::timestamptz, true)`,
    )
    .join('\n  ')}`;

const target = `t.content ->> 'extraction_target'`;
const ofType = `case ${target} when 'body_descriptor' then 'body' else 'face' end`;
const sampled = (id: string) =>
  `exists (select from books.samples s where s.owner_id = ${id} and s.kind = 'face')`;

/** What each task had to deal with, by the snapshot. */
const selections = [
  `select t.task_id, 'faces', f.face_id, null::integer, null::text
   from briefs t join books.faces f on ${faceIsSelected}
   where t.task_type = 4 and t.content ->> 'target' = 'faces'`,
  `select t.task_id, 'events', e.event_id, null, null
   from briefs t join books.events e on ${eventIsSelected}
   where t.task_type = 4 and t.content ->> 'target' = 'events'`,
  `select t.task_id, 'samples', s.owner_id, null, null
   from briefs t join (select owner_id, max(create_time) as newest from books.samples group by owner_id) s
     on s.newest < t.upper_bound - interval '10 minutes'
     and coalesce(s.newest >= (${text('create_time__gte')})::timestamptz, true)
     and coalesce(s.newest < (${text('create_time__lt')})::timestamptz, true)
   where t.task_type = 4 and t.content ->> 'target' = 'samples'
     and not exists (select from books.faces f where f.face_id = s.owner_id)
     and not exists (select from books.events e where e.event_id = s.owner_id)`,
  `select t.task_id, 'event_descriptors', d.event_id, d.descriptor_version, d.descriptor_type
   from briefs t join books.event_descriptors d
     on d.descriptor_version = ${number('{filters,descriptor_version}')} and d.create_time < t.upper_bound
     and d.descriptor_type = ${text('descriptor_type')}
   where t.task_type = 4 and t.content ->> 'target' = 'event_descriptors'`,
  `select t.task_id, 'face_descriptors', d.face_id, d.descriptor_version, null
   from briefs t join books.face_descriptors d
     on d.descriptor_version = ${number('{filters,descriptor_version}')} and d.create_time < t.upper_bound
   where t.task_type = 4 and t.content ->> 'target' = 'face_descriptors'`,
  `select t.task_id, 'extract', f.face_id, ${number('{options,descriptor_version}')}, null
   from briefs t join books.faces f on ${faceIsSelected}
   join books.face_descriptors d on d.face_id = f.face_id
     and d.descriptor_version = ${number('{options,default_descriptor_version}')}
   left join books.face_descriptors w on w.face_id = f.face_id
     and w.descriptor_version = ${number('{options,descriptor_version}')}
   where t.task_type = 5 and ${target} = 'face_descriptor'
     and t.content #>> '{filters,objects_type}' = 'faces' and w.face_id is null`,
  `select t.task_id, 'event_extract', e.event_id, ${number('{options,descriptor_version}')}, ${ofType}
   from briefs t join books.events e on ${eventIsSelected}
   join books.event_descriptors d on d.event_id = e.event_id and d.descriptor_type = ${ofType}
     and d.descriptor_version = ${number('{options,default_descriptor_version}')}
   left join books.event_descriptors w on w.event_id = e.event_id and w.descriptor_type = ${ofType}
     and w.descriptor_version = ${number('{options,descriptor_version}')}
   where t.task_type = 5 and ${target} <> 'basic_attributes'
     and t.content #>> '{filters,objects_type}' = 'events' and w.event_id is null`,
  `select t.task_id, 'attributes', f.face_id, null, null
   from briefs t join books.faces f on ${faceIsSelected} left join books.attributes w using (face_id)
   where t.task_type = 5 and ${target} = 'basic_attributes' and t.content #>> '{filters,objects_type}' = 'faces'
     and w.basic_attributes is null and ${sampled('f.face_id')}`,
  `select t.task_id, 'event_attributes', e.event_id, null, null
   from briefs t join books.events e on ${eventIsSelected}
   where t.task_type = 5 and ${target} = 'basic_attributes' and t.content #>> '{filters,objects_type}' = 'events'
     and e.basic_attributes is null and ${sampled('e.event_id')}`,
];

/** What an undo had to deal with: what it did, and what it could not. Whether that is all of it is a rule's business. */
const undoSelections = [
  `select n.task_id, 'undone', n.id, null::integer, null::text from named n join briefs t using (task_id)
   where t.content ->> 'target' = 'undo'`,
  `select e.task_id, 'undone', e.object_id, null, null from task_errors e join briefs t using (task_id)
   where t.content ->> 'target' = 'undo' and e.object_id is not null and e.overcome_time is null`,
];

/** Whether a removed object's own row is gone. */
const isGone = `case s.work
    when 'faces' then f.face_id is null
    when 'events' then not exists (select from events v where v.event_id = s.id)
    when 'samples' then not exists (select from samples v where v.owner_id = s.id)
    else false end`;

const hasRemovals = (more = '') =>
  `exists (select from origin_removals o where o.task_id = s.task_id and o.object_id = s.id ${more})`;

/** Whether a file of a removed object has resisted. */
const hasRefusedFile = `exists (select from sample_tombstones x
  where x.task_id = s.task_id and x.object_id = s.id and x.state = 'refused')`;

/** A gc that has changed nothing. */
const isRehearsal = `t.content ? 'rehearsal'`;

/** Whether a task names the object as put back. */
const isUndone = 'exists (select from undone u where u.task_id = s.task_id and u.id = s.id)';

/** Whether the work at an object is done, by what the tables hold now; of a rehearsal and an undo by what they say. */
const isDone = `case case when ${isRehearsal} then 'rehearsed' else s.work end
    when 'undone' then n.times is not null
    when 'rehearsed' then case when (t.content ->> 'store_results')::boolean then n.times is not null
      else coalesce(s.id <= p.cursor, false) and not exists (select from task_errors e
        where e.task_id = s.task_id and e.object_id = s.id and e.overcome_time is null) end
    when 'faces' then f.face_id is null and not ${hasRemovals()} and not ${hasRefusedFile}
    when 'events' then ${isGone} and not ${hasRemovals()} and not ${hasRefusedFile}
    when 'samples' then ${isGone} and not ${hasRefusedFile}
    when 'event_descriptors' then not exists (select from event_descriptors v where v.event_id = s.id
      and v.descriptor_version = s.version and v.descriptor_type = s.type)
    when 'face_descriptors' then w.face_id is null
    when 'extract' then w.face_id is not null
    when 'event_extract' then exists (select from event_descriptors v where v.event_id = s.id
      and v.descriptor_version = s.version and v.descriptor_type = s.type)
    when 'attributes' then exists (select from attributes v where v.face_id = s.id and v.basic_attributes is not null)
    when 'event_attributes' then exists (select from events v where v.event_id = s.id and v.basic_attributes is not null)
  end`;

/**
 * One line for each selected object and task: what became of it in the tables (`done`; `gone` when its row is removed
 * though its image origins may not be, `waiting` while they are tried), whether an error of it is open (`failed`), how often the result names it, and on which side of its part's checkpoint it lies.
 */
const ledger = `
  select s.task_id, case when ${isRehearsal} then 'rehearsed' else s.work end as work, s.id, s.version, s.type,
    t.state as task_state, (t.content ->> 'store_results')::boolean as stored, ${isUndone} as undone,
    ${isDone} <> ${isUndone} as done,
    ${isGone} as gone, ${hasRemovals("and o.state = 'pending'")} as waiting,
    exists (select from task_errors e where e.task_id = s.task_id and e.object_id = s.id
      and e.overcome_time is null) as failed,
    coalesce(n.times, 0) as named, p.part_no, p.state as part_state,
    coalesce(s.id <= p.cursor, false) as behind, s.id in (select id from touched) as touched
  from selected s
  join briefs t using (task_id)
  left join faces f on f.face_id = s.id
  left join face_descriptors w on w.face_id = s.id and w.descriptor_version = s.version
  left join named n on n.task_id = s.task_id and n.id = s.id
  left join lateral (select * from parts p where p.task_id = s.task_id and s.id <= p.to_key
    order by p.to_key limit 1) p on p.from_key is null or p.from_key < s.id`;

/** The audited tasks without their lists: of 20,000 ids each look at the content would unpack all. */
const briefs = `select task_id, task_type, state, upper_bound, jsonb_set(content, '{filters}',
    (select coalesce(jsonb_object_agg(key, case when jsonb_typeof(value) = 'array' then 'true' else value end), '{}')
     from jsonb_each(content -> 'filters')))
  from tasks join audited using (task_id)`;

/**
 * Builds the tables that the rules read: touched, audited, briefs, listed, parts, named, undone, selected, ledger. A purge
 * changes nothing but files and what was kept aside: it is not among the audited. They live as long as
 * the connection.
 */
export async function openLedger(
  client: pg.Client,
  taskIds: readonly number[],
  touched: readonly string[],
): Promise<void> {
  const tasks = taskIds.join(', ') || 'null';
  const make = async (name: string, columns: string, sql: string, values: unknown[] = []) => {
    await client.query(`drop table if exists pg_temp.${name}`);
    await client.query(`create temp table ${name} (${columns})`);
    await client.query(`insert into ${name} ${sql}`, values);
    await client.query(`analyze ${name}`);
  };
  await make('touched', 'id uuid', 'select unnest($1::uuid[])', [touched]);
  await make(
    'audited',
    'task_id bigint',
    `select task_id from tasks where task_id in (${tasks}) and content ->> 'target' is distinct from 'purge'`,
  );
  await make(
    'briefs',
    'task_id bigint, task_type smallint, state text, upper_bound timestamptz, content jsonb',
    briefs,
  );
  await make(
    'listed',
    'task_id bigint, name text, value text',
    `select task_id, f.key, v from tasks join audited using (task_id), jsonb_each(content -> 'filters') f,
       jsonb_array_elements_text(case when jsonb_typeof(f.value) = 'array' then f.value else '[]' end) v`,
  );
  await make(
    'parts',
    'task_id bigint, part_no integer, from_key uuid, to_key uuid, state text, cursor uuid',
    `select task_id, part_no, from_key, to_key, state, cursor from subtasks join audited using (task_id)`,
  );
  // An object's part is looked for object by object.
  await client.query('create index on parts (task_id, to_key)');
  await make(
    'named',
    'task_id bigint, part_no integer, id uuid, times bigint',
    `select task_id, min(part_no), id, count(*) from (
       select task_id, part_no, unnest(ids) as id from task_result_chunks join audited using (task_id)
     ) entries group by task_id, id`,
  );
  await make(
    'undone',
    'task_id bigint, id uuid',
    `select (t.content ->> 'of')::bigint, n.id from named n join briefs t using (task_id)
     where t.content ->> 'target' = 'undo'`,
  );
  await client.query('create index on undone (task_id, id)');
  await make(
    'selected',
    'task_id bigint, work text, id uuid, version integer, type text',
    [...selections, ...undoSelections].join(' union all '),
  );
  await client.query('drop table if exists pg_temp.ledger');
  await client.query(`create temp table ledger as ${ledger}`);
  await client.query('analyze ledger');
}

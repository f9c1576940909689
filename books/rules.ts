import { snapshotTables } from './tables.ts';

const ofTask = (words: string) => `'task ' || task_id || ': ${words}'`;

const removedFaces = `(select id from ledger where work = 'faces' and gone)`;
const removedEvents = `(select id from ledger where work = 'events' and gone)`;

/** Rows that had to go with the removed objects. */
const mustGo: Readonly<Record<string, string>> = {
  faces: `owner in ${removedFaces}`,
  attributes: `owner in ${removedFaces}`,
  list_faces: `owner in ${removedFaces}`,
  image_origins: `(owner in ${removedFaces} or owner in ${removedEvents})`,
  samples: `owner in (select id from ledger join briefs using (task_id)
    where gone and ((content ->> 'remove_samples')::boolean or content ->> 'target' = 'samples'))`,
  face_descriptors: `(owner in ${removedFaces} or (owner, descriptor_version) in
    (select id, version from ledger where work = 'face_descriptors' and done and not undone))`,
  events: `owner in ${removedEvents}`,
  event_descriptors: `(owner in ${removedEvents} or (owner, descriptor_version, descriptor_type) in
    (select id, version, type from ledger where work = 'event_descriptors' and done and not undone))`,
};

/** Rows that tasks were to add. */
const mayCome: Readonly<Record<string, string>> = {
  face_descriptors: `(owner, descriptor_version) in (select id, version from ledger where work = 'extract')`,
  event_descriptors: `(owner, descriptor_version, descriptor_type) in
    (select id, version, type from ledger where work = 'event_extract')`,
  attributes: `owner in (select id from ledger where work = 'attributes')`,
};

/** The table against its snapshot, row by row. */
function difference({ name, key, owner, text }: (typeof snapshotTables)[number]): string {
  const goes = mustGo[name] ?? 'false';
  return `select '${name}: ' || verdict, owner from (
    select owner, case
      when is_hash is null and not ${goes} then 'rows are gone that no task was to remove'
      when was_hash is null and not ${mayCome[name] ?? 'false'} then 'rows are new that no task was to add'
      when is_hash is not null and ${goes} then 'rows are still there although their object was removed'
      when was_hash <> is_hash then 'rows are changed' end as verdict
    from (select ${key.map((column) => `${column}, `).join('')} ${owner} as owner, b.row_hash as was_hash, n.row_hash as is_hash
      from books.${name} b full join (select ${key.join(', ')}, md5(${text}) as row_hash from ${name} x) n
        using (${key.join(', ')})) sides
    where owner not in (select id from touched)
  ) judged where verdict is not null`;
}

/** Each selected object is accounted for once, on the right side of its part's checkpoint. */
const objects = [
  `select ${ofTask('objects are neither done nor failed')}, id from ledger
   where not done and not failed and not touched and not (waiting and task_state <> 'done') and (task_state = 'done' or behind)`,
  `select ${ofTask('objects are done beyond the checkpoint of their subtask')}, id from ledger
   where (done or gone) and not behind and not touched`,
  `select 'task ' || u.task_id || ': objects are neither put back nor told why', a.id from briefs u
   join ledger a on a.task_id = (u.content ->> 'of')::bigint and a.done and not a.undone
   where u.content ->> 'target' = 'undo' and u.state = 'done' and u.content -> 'filters' = '{}'
     and not exists (select from undo_skips k join tasks o using (task_id)
       where k.object_id = a.id and o.content ->> 'of' = u.content ->> 'of')
     and not exists (select from task_errors e where e.task_id = u.task_id and e.object_id = a.id
       and e.overcome_time is null)`,
  `select ${ofTask('objects failed beyond the checkpoint of their subtask')}, id from ledger
   where failed and not behind`,
  `select ${ofTask('objects are both done and failed')}, id from ledger where done and failed and not touched`,
  `select ${ofTask('done objects are missing from the result')}, id from ledger
   where stored and done and named = 0 and not touched`,
  `select ${ofTask('the result names objects that are not done')}, id from ledger
   where stored and not done and named > 0 and not touched`,
  `select ${ofTask('the result names objects more than once')}, id from named where times > 1`,
  `select ${ofTask('the result names objects that were not selected')}, id from named n
   where not exists (select from ledger a where a.task_id = n.task_id and a.id = n.id)`,
  `select ${ofTask('the result names objects in the wrong subtask')}, id
   from named n join ledger a using (task_id, id) where n.part_no <> a.part_no`,
  `select ${ofTask('errors are open for objects that were not selected')}, object_id
   from task_errors e join audited using (task_id) where object_id is not null and overcome_time is null
     and not exists (select from ledger a where a.task_id = e.task_id and a.id = e.object_id)`,
];

const folded = `select count(*), coalesce(sum(done), 0), coalesce(sum(failed), 0), coalesce(sum(skipped), 0),
  coalesce(sum(samples_removed), 0), coalesce(sum(origins_removed), 0)`;

/** Counters of each part against the objects in its range. */
const parts = [
  `select ${ofTask('done counters differ from the tables')}, part_no from subtasks s join audited using (task_id)
   left join (select task_id, part_no, count(*) filter (where done and not touched) as sure,
       count(*) filter (where done or touched) as possible
     from ledger group by task_id, part_no) a using (task_id, part_no)
   where s.done < coalesce(a.sure, 0) or s.done > coalesce(a.possible, 0)`,
  `select ${ofTask('failed counters differ from the open errors')}, part_no from subtasks s join audited using (task_id)
   where s.failed <> (select count(*) from task_errors e where e.task_id = s.task_id and e.part_no = s.part_no
     and e.object_id is not null and e.overcome_time is null)`,
  `select ${ofTask('done counters differ from the result')}, part_no from subtasks s
   join briefs t using (task_id)
   where (t.content ->> 'store_results')::boolean and s.done <> (select coalesce(sum(cardinality(ids)), 0)
     from task_result_chunks c where c.task_id = s.task_id and c.part_no = s.part_no)`,
  `select ${ofTask('finished subtasks do not account for all their objects')}, part_no
   from subtasks join audited using (task_id) where state = 'done' and done + failed + skipped <> expected`,
  `select ${ofTask('subtasks are open or claimed after the end')}, part_no from subtasks s
   join audited using (task_id) join tasks t using (task_id)
   where s.claim is not null or s.state in ('pending', 'running') or (t.state = 'done' and s.state <> 'done')`,
  // A gap is where nothing was selected; what was, and lies in one, is neither done nor failed.
  `select ${ofTask('ranges of subtasks overlap')}, part_no from (
     select task_id, part_no, from_key, to_key, lag(to_key) over (partition by task_id order by part_no) as before
     from subtasks join audited using (task_id)) s
   where from_key < before or (from_key is null and before is not null) or to_key <= from_key`,
  `select ${ofTask('the stored sums differ from those of their subtasks')}, k.parts_done
   from task_sums k join audited using (task_id)
   where (k.parts_done, k.done, k.failed, k.skipped, k.samples_removed, k.origins_removed) <>
     (${folded} from subtasks s where s.task_id = k.task_id and s.folded)`,
  `select ${ofTask('result chunks whose count or columns disagree')}, part_no
   from task_result_chunks join audited using (task_id)
   where count <> cardinality(ids) or count <> coalesce(cardinality(sample_ids), count)
     or count <> coalesce(cardinality(generations), count)`,
];

const sums = `select task_id, count(*) as parts_all, count(*) filter (where state = 'done') as parts_done,
  coalesce(sum(expected), 0) as objects_expected, coalesce(sum(done), 0) as objects_done,
  coalesce(sum(failed), 0) as objects_failed, coalesce(sum(skipped), 0) as objects_skipped,
  coalesce(sum(samples_removed), 0) as samples_removed, coalesce(sum(samples_left), 0) as samples_left,
  coalesce(sum(origins_removed), 0) as origins_removed
  from audited left join subtasks using (task_id) group by task_id`;

const sumColumns = [
  'parts_done',
  'objects_expected',
  'objects_done',
  'objects_failed',
  'objects_skipped',
  'samples_removed',
  'samples_left',
  'origins_removed',
];

/** Rows of a table that hung on objects that were removed, or rehearsed, by the snapshot, where the task's content is such. */
const removedChildren = (table: string, content: string) => `(select count(*) from books.${table} c
  join ledger a on a.id = c.owner_id and a.task_id = t.task_id and (a.gone or a.undone or a.work = 'rehearsed' and a.done)
  where ${content})`;
const says = (order: string) => `(t.content ->> '${order}')::boolean`;

/** The tasks' own columns. */
const tasks = [
  `select ${ofTask('it has not ended')}, state from tasks join audited using (task_id)
   where state not in ('done', 'failed', 'cancelled')`,
  ...sumColumns.map(
    (column) => `select ${ofTask(`${column} differs from the sum of its subtasks`)}, t.${column}
     from tasks t join (${sums}) s using (task_id) where t.${column} <> s.${column}`,
  ),
  `select ${ofTask('objects_expected differs from what its filter selects')}, objects_expected
   from tasks t join audited using (task_id)
   join lateral (select count(*) as told from undo_skips k where k.task_id = t.task_id) k on true
   join lateral (select count(*) as all_of_them, count(*) filter (where touched) as uncertain
     from ledger a where a.task_id = t.task_id) a on true
   -- The ledger has of an undo what it did. Of one that was stopped the rest is what its gc removed.
   left join lateral (select of.objects_done as removed from tasks of
     where t.state <> 'done' and t.content ->> 'target' = 'undo' and of.task_id = (t.content ->> 'of')::bigint) o on true
   where plan_done and (objects_expected - told > coalesce(removed, all_of_them)
     or objects_expected - told < all_of_them - uncertain)`,
  `select ${ofTask('samples_removed differs from the tables')}, samples_removed from tasks t join audited using (task_id)
   where samples_removed <> ${removedChildren('samples', `(${says('remove_samples')} or t.content ->> 'target' = 'samples') and not t.content ? 'undo_window'`)}
     - (select count(*) from sample_tombstones x where x.task_id = t.task_id)`,
  `select ${ofTask('samples_left differs from the tables')}, samples_left from tasks t join audited using (task_id)
   where samples_left <> ${removedChildren('samples', `not ${says('remove_samples')}`)}`,
  `select ${ofTask('origins_removed differs from the tables')}, origins_removed from tasks t join audited using (task_id)
   where origins_removed <> ${removedChildren('image_origins', `${says('remove_image_origins')} and not t.content ? 'rehearsal'`)}
     - (select count(*) from origin_removals o where o.task_id = t.task_id)`,
  `select ${ofTask('a result is announced that is not there, or is there without being announced')}, result_id from tasks join audited using (task_id)
   where (result_id is not null) <> (state = 'done' and (content ->> 'store_results')::boolean)`,
  `select ${ofTask('a result is kept that was not requested')}, count(*) from task_result_chunks
   join briefs using (task_id)
   where not (content ->> 'store_results')::boolean group by task_id`,
];

/** Attributes appear where a task was to tell them, of the sample as it is, and are never changed. */
const attributeRules = (work: string, table: string, key: string) => [
  `select '${table}: attributes are changed that no task was to tell', ${key}
   from books.${table} b join ${table} n using (${key})
   where (b.basic_attributes is distinct from n.basic_attributes or b.sample_generation <> n.sample_generation)
     and ${key} not in (select id from ledger where work = '${work}') and ${key} not in (select id from touched)`,
  `select ${ofTask('attributes lack age or gender')}, a.id from ledger a join ${table} n on n.${key} = a.id
   where work = '${work}' and done and not touched and not coalesce(jsonb_typeof(n.basic_attributes -> 'age') = 'number'
     and (n.basic_attributes ->> 'gender')::float between 0 and 1, false)`,
  `select ${ofTask('attributes have a different generation than the sample')}, a.id from ledger a
   join ${table} n on n.${key} = a.id join books.samples s on s.owner_id = a.id and s.kind = 'face'
   where work = '${work}' and done and not touched and n.sample_generation <> s.generation`,
];

/** Files that are not removed yet: each belongs to an object that is gone, and is told by its error. */
const files = [
  `select ${ofTask('files of removed samples were not all attempted')}, object_id from sample_tombstones x
   join audited using (task_id) join tasks t using (task_id) where t.state = 'done' and x.state = 'pending'`,
  `select ${ofTask('a file could not be deleted, and no error says so')}, object_id from sample_tombstones x
   join audited using (task_id) where x.state = 'refused'
     and not exists (select from ledger a where a.task_id = x.task_id and a.id = x.object_id and (failed or waiting))`,
  `select ${ofTask('files of existing objects are due to be deleted')}, object_id from sample_tombstones x
   join audited using (task_id)
   where not exists (select from ledger a where a.task_id = x.task_id and a.id = x.object_id and gone)`,
];

/** Image origins that are not removed yet: each belongs to an object that is gone, and is told by its error. */
const removals = [
  `select ${ofTask('image origins were not all attempted')}, object_id from origin_removals o
   join audited using (task_id) join tasks t using (task_id) where t.state = 'done' and o.state = 'pending'`,
  `select ${ofTask('an image origin refused, and no error says so')}, object_id from origin_removals o
   join audited using (task_id) where o.state = 'refused'
     and not exists (select from ledger a where a.task_id = o.task_id and a.id = o.object_id and (failed or waiting))`,
  `select ${ofTask('image origins of existing objects are due to be removed')}, object_id from origin_removals o
   join audited using (task_id)
   where not exists (select from ledger a where a.task_id = o.task_id and a.id = o.object_id and gone)`,
];

const details = [
  `select ${ofTask('new descriptors have different lengths')}, a.version from ledger a join face_descriptors d
     on d.face_id = a.id and d.descriptor_version = a.version
   where work = 'extract' group by task_id, a.version having count(distinct octet_length(descriptor)) > 1`,
  `select ${ofTask('new descriptors have a different generation than the sample')}, a.id from ledger a
   join face_descriptors d on d.face_id = a.id and d.descriptor_version = a.version
   join books.samples s on s.owner_id = a.id and s.kind = 'face'
   where work = 'extract' and not touched and d.generation <> s.generation`,
  `select ${ofTask('new descriptors have different lengths')}, a.version from ledger a join event_descriptors d
     on d.event_id = a.id and d.descriptor_version = a.version and d.descriptor_type = a.type
   where work = 'event_extract' group by task_id, a.version having count(distinct octet_length(descriptor)) > 1`,
  `select ${ofTask('new descriptors have a different generation than the sample')}, a.id from ledger a
   join event_descriptors d on d.event_id = a.id and d.descriptor_version = a.version and d.descriptor_type = a.type
   join books.samples s on s.owner_id = a.id and s.kind = a.type
   where work = 'event_extract' and not touched and d.generation <> s.generation`,
  ...attributeRules('attributes', 'attributes', 'face_id'),
  ...attributeRules('event_attributes', 'events', 'event_id'),
  `select 'images of living samples have a tombstone', storage_key from sample_tombstones join samples using (storage_key)`,
];

/** Queries of what must not be: each answers a sentence and the id of an example. */
export function bookRules(): string[] {
  return [
    ...snapshotTables.map(difference),
    ...objects,
    ...parts,
    ...tasks,
    ...removals,
    ...files,
    ...details,
  ];
}

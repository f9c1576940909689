-- Events and their descriptors in partitions by time (docs/decisions/0057). The ids are uuid v7, so a range of ids is a range
-- of time, and the primary keys stay. Beside the partitions of days there are one for keys before those of 2017, one for keys
-- after those of 2039, both for ids of another kind, and one for the keys of days without a partition.

-- The first uuid v7 of a moment.
create function key_of_time(moment timestamptz) returns uuid language sql immutable parallel safe
return (lpad(to_hex(floor(extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

create function time_of_key(key uuid) returns timestamptz language sql immutable parallel safe
return to_timestamp(('x' || substr(replace(key::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0);

-- Tables whose rows are being moved into partitions while they are used.
create table event_moves (
  table_name text primary key,
  -- The event whose rows were copied last; null: none yet.
  cursor uuid,
  copied bigint not null default 0,
  -- By the statistics of that moment.
  expected bigint not null,
  begin_time timestamptz not null default now(),
  copied_time timestamptz,
  end_time timestamptz
);

-- The partitions of days, of all tables that have them. `base` is the table whose rows they hold.
create function event_partitions() returns table (base text, partition text, low uuid, high uuid)
language sql stable set search_path to 'public', 'pg_temp'
as $$
  select base, partition, bounds[1]::uuid, bounds[2]::uuid
  from (
    select p.relname::text as base, c.relname::text as partition,
      regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \(''([0-9a-f-]{36})''\) TO \(''([0-9a-f-]{36})''\)$') as bounds
    from pg_partitioned_table k
      join pg_class p on p.oid = k.partrelid
      join pg_inherits i on i.inhparent = p.oid
      join pg_class c on c.oid = i.inhrelid
    where k.partstrat = 'r' and p.relnamespace = 'public'::regnamespace and p.relname ~ '^(events|event_descriptors_v\d+)$'
  ) found
  where bounds is not null
$$;

-- Whoever may remove rows of a table may do so in its partition alone, and empty it.
create function grant_partition(base text, partition text) returns void
language plpgsql set search_path to 'public', 'pg_temp'
as $$
declare
  role name;
begin
  for role in
    select pg_get_userbyid(rights.grantee) from pg_class t, aclexplode(t.relacl) rights
    where t.oid = base::regclass and rights.privilege_type = 'DELETE' and rights.grantee not in (0, t.relowner)
  loop
    execute format('grant select, delete, truncate on %I to %I', partition, role);
  end loop;
end $$;

-- The partition of `parent` for the keys of some days, with the name of `base`.
create function make_day_partition(parent text, base text, low uuid, high uuid) returns void
language plpgsql set search_path to 'public', 'pg_temp'
as $$
begin
  execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
    base || '_' || to_char(time_of_key(low) at time zone 'UTC', 'YYYYMMDD'), parent, low, high);
end $$;

-- The partitions of `parent`, which has none, with the names of `base`: for other ids, and for the days that `events` has.
create function make_first_partitions(parent text, base text) returns void
language plpgsql set search_path to 'public', 'pg_temp'
as $$
declare
  low uuid;
  high uuid;
begin
  execute format('create table %I partition of %I for values from (minvalue) to (%L)',
    base || '_low', parent, '01600000-0000-0000-0000-000000000000');
  execute format('create table %I partition of %I for values from (%L) to (maxvalue)',
    base || '_high', parent, '02000000-0000-0000-0000-000000000000');
  execute format('create table %I partition of %I default', base || '_rest', parent);
  for low, high in select p.low, p.high from event_partitions() p where p.base = 'events' loop
    perform make_day_partition(parent, base, low, high);
  end loop;
end $$;

-- A partition for the keys of some days, in every table that has partitions of days. What came before it lies in the rest, and
-- moves. Nobody reads or writes the rest meanwhile, and PostgreSQL reads all of it: with 200,000 rows to move or 2,000,000 in all it
-- stays as it is. False: then.
create function add_event_partition(from_time timestamptz, to_time timestamptz) returns boolean
language plpgsql security definer set search_path to 'public', 'pg_temp'
as $$
declare
  low constant uuid := key_of_time(from_time);
  high constant uuid := key_of_time(to_time);
  base text;
  partition text;
  many boolean;
begin
  if to_time - from_time not between interval '1 day' and interval '31 days' then
    raise exception 'a partition of events holds 1 to 31 days';
  end if;
  perform pg_advisory_xact_lock(5010530);
  for base in
    select p.relname from pg_partitioned_table k join pg_class p on p.oid = k.partrelid
    where k.partstrat = 'r' and p.relnamespace = 'public'::regnamespace and p.relname ~ '^(events|event_descriptors_v\d+)$'
    order by p.relname desc
  loop
    partition := base || '_' || to_char(from_time at time zone 'UTC', 'YYYYMMDD');
    continue when exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname = partition);
    execute format('lock table %I in access exclusive mode', base || '_rest');
    execute format('select count(*) > 200000 or (select reltuples > 2000000 from pg_class where oid = %L::regclass)
      from (select from %I where event_id >= $1 and event_id < $2 limit 200001) r',
      base || '_rest', base || '_rest') into many using low, high;
    if many then return false; end if;
    execute format('create table %I (like %I including all excluding indexes)', partition, base);
    execute format('with gone as (delete from %I where event_id >= $1 and event_id < $2 returning *)
      insert into %I select * from gone', base || '_rest', partition) using low, high;
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', base, partition, low, high);
    perform grant_partition(base, partition);
  end loop;
  return true;
end $$;

-- Makes partitions of `length` days until `ahead` days from now. Answers the days for which there could be none.
create function ensure_event_partitions(ahead integer, length integer) returns integer
language plpgsql security definer set search_path to 'public', 'pg_temp'
as $$
declare
  at timestamptz := date_trunc('day', now() at time zone 'UTC') at time zone 'UTC';
  until constant timestamptz := at + make_interval(days => ahead);
  following timestamptz;
  failed integer := 0;
begin
  if not exists (select from pg_partitioned_table where partrelid = 'events'::regclass) then return 0; end if;
  perform pg_advisory_xact_lock(5010530);
  while at <= until loop
    select time_of_key(p.high) into following from event_partitions() p
    where p.base = 'events' and p.low <= key_of_time(at) and p.high > key_of_time(at);
    if following is null then
      select least(at + make_interval(days => length), min(time_of_key(p.low))) into following
      from event_partitions() p where p.base = 'events' and p.low > key_of_time(at);
      if not add_event_partition(at, following) then failed := failed + 1; end if;
    end if;
    at := following;
  end loop;
  return failed;
end $$;

create function are_empty(tables text[]) returns boolean
language plpgsql set search_path to 'public', 'pg_temp'
as $$
declare
  one text;
  is_used boolean;
begin
  foreach one in array tables loop
    execute format('select exists (select from %I)', one) into is_used;
    if is_used then return false; end if;
  end loop;
  return true;
end $$;

-- Drops the oldest partition of days that ended before `before` and is empty in every table; false: there is none.
create function drop_empty_event_partition(before timestamptz) returns boolean
language plpgsql security definer set search_path to 'public', 'pg_temp'
as $$
declare
  partitions text[];
  one text;
begin
  for partitions in
    select array_agg(p.partition order by p.base desc) from event_partitions() p
    where p.high <= key_of_time(before) group by p.low order by p.low
  loop
    continue when not are_empty(partitions);
    lock table events, event_descriptors in access exclusive mode;
    -- Somebody may have written since.
    continue when not are_empty(partitions);
    foreach one in array partitions loop
      execute format('drop table %I', one);
    end loop;
    return true;
  end loop;
  return false;
end $$;

-- Rows that are written while they are being moved are written twice.
create function mirror_event_row() returns trigger
language plpgsql security definer set search_path to 'public', 'pg_temp'
as $$
declare
  moving constant text := tg_table_name || '_moving';
begin
  if tg_op <> 'INSERT' then
    if tg_table_name = 'events' then
      execute format('delete from %I where event_id = $1', moving) using old.event_id;
    else
      execute format('delete from %I where event_id = $1 and descriptor_type = $2', moving)
        using old.event_id, old.descriptor_type;
    end if;
  end if;
  if tg_op <> 'DELETE' then
    execute format('insert into %I select ($1).*', moving) using new;
  end if;
  return null;
end $$;

create function mirror_event_truncate() returns trigger
language plpgsql security definer set search_path to 'public', 'pg_temp'
as $$
begin
  execute format('truncate %I', tg_table_name || '_moving');
  return null;
end $$;

-- Makes the partitioned table that takes the place of `source`, which is `events` or a version's partition of `event_descriptors`,
-- and has every write mirrored from now on.
create function begin_event_move(source text) returns void
language plpgsql security definer set search_path to 'public', 'pg_temp'
as $$
declare
  moving constant text := source || '_moving';
  version constant text := substring(source from '_v(\d+)$');
  today constant timestamptz := date_trunc('day', now() at time zone 'UTC') at time zone 'UTC';
  index record;
  key uuid := '01600000-0000-0000-0000-000000000000';
  from_time timestamptz;
  to_time timestamptz;
begin
  if source !~ '^(events|event_descriptors_v\d+)$' then raise exception 'nothing of % is kept by time', source; end if;
  perform pg_advisory_xact_lock(5010530);
  if exists (select from event_moves m where m.table_name = source and m.end_time is null) then return; end if;
  execute format('create table %I (like %I including all excluding indexes) partition by range (event_id)', moving, source);
  -- So that it can take its place without a look at every row.
  if version is not null then execute format('alter table %I add check (descriptor_version = %s)', moving, version); end if;
  for index in
    select c.relname as name, pg_get_indexdef(i.indexrelid) as definition, pg_get_constraintdef(k.oid) as key
    from pg_index i join pg_class c on c.oid = i.indexrelid left join pg_constraint k on k.conindid = i.indexrelid
    where i.indrelid = source::regclass
  loop
    if index.key is not null then
      execute format('alter table %I add constraint %I %s', moving, 'moving_' || index.name, index.key);
    else
      execute regexp_replace(index.definition, '^CREATE INDEX \S+ ON \S+ USING',
        format('CREATE INDEX %I ON %I USING', 'moving_' || index.name, moving));
    end if;
  end loop;
  perform make_first_partitions(moving, source);
  if version is null then
    -- Days that have events, and blocks of thirty days before the last sixty.
    loop
      select event_id into key from events where event_id >= key and event_id < '02000000-0000-0000-0000-000000000000'
      order by event_id limit 1;
      exit when key is null;
      from_time := date_trunc('day', time_of_key(key) at time zone 'UTC') at time zone 'UTC';
      to_time := from_time + interval '1 day';
      if from_time < today - interval '60 days' then
        to_time := timestamptz 'epoch' + (floor(extract(epoch from from_time) / 2592000) + 1) * interval '30 days';
        from_time := to_time - interval '30 days';
        to_time := least(to_time, today - interval '60 days');
      end if;
      perform make_day_partition(moving, source, key_of_time(from_time), key_of_time(to_time));
      key := key_of_time(to_time);
    end loop;
    perform make_day_partition(moving, source, key_of_time(today), key_of_time(today + interval '1 day'));
  end if;
  execute format('create trigger mirror_row after insert or update or delete on %I for each row execute function mirror_event_row()', source);
  execute format('create trigger mirror_truncate after truncate on %I for each statement execute function mirror_event_truncate()', source);
  insert into event_moves (table_name, expected)
  values (source, (select greatest(reltuples, 0) from pg_class where oid = source::regclass))
  on conflict (table_name) do update set cursor = null, copied = 0, expected = excluded.expected, begin_time = now(),
    copied_time = null, end_time = null;
end $$;

-- Copies the rows of the next `most` or so; false: all are copied. Rows are locked as they are read, so that what happens to
-- one happens before its copy is made, or to its copy too.
create function copy_event_rows(source text, most integer) returns boolean
language plpgsql security definer set search_path to 'public', 'pg_temp'
as $$
declare
  move event_moves%rowtype;
  low uuid;
  high uuid;
  inserted bigint;
begin
  select * into move from event_moves m where m.table_name = source and m.end_time is null for update;
  if move.copied_time is not null or move.table_name is null then return false; end if;
  low := coalesce(move.cursor, '00000000-0000-0000-0000-000000000000');
  execute format('select event_id from %I where event_id > $1 order by event_id offset $2 limit 1', source)
    into high using low, most - 1;
  execute format('insert into %I select * from (
      select * from %I where event_id %s $1 and event_id <= $2 order by event_id for share
    ) next on conflict do nothing', source || '_moving', source, case when move.cursor is null then '>=' else '>' end)
    using low, coalesce(high, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  get diagnostics inserted = row_count;
  update event_moves m set cursor = coalesce(high, m.cursor), copied = m.copied + inserted,
    copied_time = case when high is null then now() end
  where m.table_name = source;
  return high is not null;
end $$;

-- The copy takes the place of the table, which is dropped. False: it is not complete yet.
create function end_event_move(source text) returns boolean
language plpgsql security definer set search_path to 'public', 'pg_temp'
as $$
declare
  moving constant text := source || '_moving';
  version constant text := substring(source from '_v(\d+)$');
  one record;
begin
  perform pg_advisory_xact_lock(5010530);
  perform from event_moves m where m.table_name = source and m.copied_time is not null and m.end_time is null for update;
  if not found then return false; end if;
  if version is null then lock table events in access exclusive mode;
  else lock table event_descriptors in access exclusive mode;
  end if;
  execute format('lock table %I in access exclusive mode', moving);
  for one in
    select r.privilege_type as privilege, pg_get_userbyid(r.grantee) as role from pg_class t, aclexplode(t.relacl) r
    where t.oid = source::regclass and r.grantee not in (0, t.relowner)
  loop
    execute format('grant %s on %I to %I', one.privilege, moving, one.role);
  end loop;
  if version is not null then execute format('alter table event_descriptors detach partition %I', source); end if;
  execute format('drop table %I', source);
  execute format('alter table %I rename to %I', moving, source);
  for one in select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = source::regclass loop
    execute format('alter index %I rename to %I', one.name, regexp_replace(one.name, '^moving_', ''));
  end loop;
  if version is not null then
    execute format('alter table event_descriptors attach partition %I for values in (%s)', source, version);
  end if;
  for one in select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = source::regclass loop
    perform grant_partition(source, one.name);
  end loop;
  update event_moves m set end_time = now() where m.table_name = source;
  return true;
end $$;

-- What is not kept by time yet: events first, then each version.
create function next_event_move() returns text
language sql stable set search_path to 'public', 'pg_temp'
as $$
  select c.relname::text from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and (c.relname = 'events'
    or c.relname ~ '^event_descriptors_v\d+$' and exists (select from pg_inherits i where i.inhrelid = c.oid and i.inhparent = 'event_descriptors'::regclass))
  order by c.relname desc limit 1
$$;

create or replace function ensure_descriptor_partition(parent text, version integer) returns void
language plpgsql security definer set search_path to 'public', 'pg_temp'
as $$
declare
  partition text := parent || '_v' || version;
  is_by_time boolean;
  one text;
begin
  if parent not in ('face_descriptors', 'event_descriptors') then
    raise exception 'no table of descriptors: %', parent;
  end if;
  perform pg_advisory_xact_lock(5010530);
  -- What another connection has just made is not in the cache that a name is looked up in.
  if exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname = partition) then return; end if;
  is_by_time := parent = 'event_descriptors' and version >= 0
    and exists (select from pg_partitioned_table where partrelid = 'events'::regclass);
  execute format('create table %I partition of %I for values in (%s) %s', partition, parent, version,
    case when is_by_time then 'partition by range (event_id)' else '' end);
  perform grant_partition(parent, partition);
  if is_by_time then
    perform make_first_partitions(partition, partition);
    for one in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = partition::regclass loop
      perform grant_partition(partition, one);
    end loop;
  end if;
end $$;

-- What is small is moved at once; the service moves the rest while it runs.
do $$
declare
  source text;
begin
  loop
    source := next_event_move();
    exit when source is null;
    execute format('lock table %I in share row exclusive mode', source);
    exit when (select count(*) > 20000 from (select from events limit 20001) few);
    perform begin_event_move(source);
    while copy_event_rows(source, 5000) loop end loop;
    perform end_event_move(source);
  end loop;
end $$;

-- What a gc with an undo window has removed is kept aside in tables of its own, aside_<task>_<table>, until it is put back
-- or the window is over (docs/decisions/0042). A row here for each such gc.
create table undo_windows (
  task_id bigint primary key references tasks on delete cascade,
  -- From the gc's end on.
  kept_for interval not null,
  -- The last one that puts back, whether all of it; the one that ends it.
  undo_task bigint references tasks on delete set null,
  undo_is_partial boolean not null default false,
  purge_task bigint references tasks on delete set null,
  -- The tables are gone: all was put back, or the window is over. Null: they are there.
  ended text check (ended in ('undone', 'purged'))
);
create index undo_windows_open on undo_windows (task_id) where ended is null;

-- Objects that an undo left aside, and why.
create table undo_skips (
  task_id bigint not null references tasks on delete cascade,
  part_no integer not null,
  object_id uuid not null,
  reason text not null,
  primary key (task_id, object_id)
);

-- A role that may not make tables needs those of a gc all the same: whoever may delete from the original may do with
-- what is kept aside of it as it likes. Without an index, which only an undo needs: index_aside makes it.
create function make_aside(task bigint, tables text[]) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  original text;
  aside text;
  role name;
begin
  perform drop_aside(task);
  foreach original in array tables loop
    if original not in ('faces', 'attributes', 'list_faces', 'face_descriptors', 'events', 'event_descriptors', 'samples',
      'image_origins') then
      raise exception 'nothing of % is kept aside', original;
    end if;
    aside := format('aside_%s_%s', task, original);
    execute format('create table %I (like %I including storage)', aside, original);
    for role in
      select pg_get_userbyid(rights.grantee) from pg_class t, aclexplode(t.relacl) rights
      where t.oid = original::regclass and rights.privilege_type = 'DELETE' and rights.grantee not in (0, t.relowner)
    loop
      execute format('grant select, insert, update, delete on %I to %I', aside, role);
    end loop;
  end loop;
end $$;

-- The primary keys of the originals, and statistics. Harmless when repeated.
create function index_aside(task bigint) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  aside text;
  key text;
begin
  for aside, key in
    select t.relname, string_agg(quote_ident(a.attname), ', ' order by k.place)
    from pg_class t
      join pg_class o on o.relname = regexp_replace(t.relname, '^aside_\d+_', '') and o.relnamespace = t.relnamespace
      join pg_index i on i.indrelid = o.oid and i.indisprimary
      cross join unnest(i.indkey::smallint[]) with ordinality k (attnum, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and t.relname ~ format('^aside_%s_[a-z_]+$', task)
      and not t.relhasindex
    group by t.relname
  loop
    execute format('alter table %I add primary key (%s)', aside, key);
    execute format('analyze %I', aside);
  end loop;
end $$;

create function drop_aside(task bigint) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  aside text;
begin
  for aside in
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname ~ format('^aside_%s_[a-z_]+$', task)
  loop
    execute format('drop table %I', aside);
  end loop;
end $$;

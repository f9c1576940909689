-- How many lines of the audit lie in each block of 4,096 ids, as for tasks and errors (migration 0005). Written with the
-- owner's rights: a process of the release before, which nobody has granted anything on this table yet, goes on writing lines.
create table audit_blocks (
  entry_id bigint generated always as identity primary key,
  block bigint not null,
  items bigint not null
);

create function audit_changed() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'TRUNCATE' then
    delete from audit_blocks;
  elsif tg_op = 'INSERT' then
    insert into audit_blocks (block, items) select audit_id >> 12, count(*) from added group by 1;
  else
    insert into audit_blocks (block, items) select audit_id >> 12, -count(*) from gone group by 1;
  end if;
  return null;
end $$;

-- The last two are for an owner who removes old lines.
create trigger audit_added after insert on audit
  referencing new table as added for each statement execute function audit_changed();
create trigger audit_removed after delete on audit
  referencing old table as gone for each statement execute function audit_changed();
create trigger audit_emptied after truncate on audit for each statement execute function audit_changed();

insert into audit_blocks (block, items) select audit_id >> 12, count(*) from audit group by 1;

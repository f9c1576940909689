-- What is removed because it is old (decision 0047). Entries of the audit go by a function alone, up to a signed head.
create table audit_expirations (
  expiration_id bigint generated always as identity primary key,
  seal bigint not null,
  removed bigint not null,
  xact xid8 not null default pg_current_xact_id(),
  expire_time timestamptz not null default now()
);
create trigger audit_append_only before update or delete or truncate on audit_expirations
  for each statement execute function refuse_audit_change();
alter table audit_expirations enable always trigger audit_append_only;

-- The transaction that says so in audit_expirations removes; everything else is refused as before.
create or replace function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and tg_table_name in ('audit', 'audit_seals') and exists (
    select from public.audit_expirations where xact = pg_current_xact_id_if_assigned() and expire_time = now()
  ) then
    return null;
  end if;
  raise exception 'the audit is append-only: % is refused', lower(tg_op) using errcode = 'insufficient_privilege';
end $$;

-- Removes up to 5,000 entries that were sealed under a head signed so many days ago; answers how many. The first call for a
-- head writes an entry that says so: whoever checks the chain finds there why it does not begin at its beginning.
create function expire_audit(days integer) returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  head audit_heads%rowtype;
  first bigint;
  last bigint;
begin
  if days < 30 then
    raise exception 'the audit is kept for 30 days at least';
  end if;
  select * into head from audit_heads where sign_time < now() - make_interval(days => days) order by seal desc limit 1;
  select min(seal) into first from audit_seals;
  if head.seal is null or first is null or first > head.seal then
    return 0;
  end if;
  last := least(head.seal, first + 4999);
  if head.seal > coalesce((select max(seal) from audit_expirations), 0) then
    insert into audit (login, action, object_type, object_id, after)
    values ('', 'audit.expire', 'audit', head.seal, jsonb_build_object('older_than_days', days, 'head', head.document));
  end if;
  insert into audit_expirations (seal, removed) values (head.seal, last - first + 1);
  delete from audit where audit_id in (select audit_id from audit_seals where seal between first and last);
  delete from audit_seals where seal between first and last;
  return last - first + 1;
end $$;

-- When the sweeper last looked for what is too old, by kind, and what it removed.
create table retention_runs (
  kind text primary key,
  run_time timestamptz not null,
  removed bigint not null,
  removed_ever bigint not null
);

-- Looks at pictures and results that are in the audit already: one entry for each account, object and hour.
create table audit_views (
  login text not null,
  action text not null,
  object_id text not null,
  hour timestamptz not null,
  primary key (hour, login, action, object_id)
);

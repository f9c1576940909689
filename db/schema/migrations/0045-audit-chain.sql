-- A chain of hashes over the audit (decision 0047). Ids are given before transactions commit, so an entry may appear below
-- those that are sealed already: each one is put into a queue in its own transaction, and sealed, with a number of the chain's
-- own, when that has committed. None can be passed over, however late it commits.
create table audit_unsealed (
  audit_id bigint primary key
);

create table audit_seals (
  seal bigint primary key,
  audit_id bigint not null unique,
  seal_time timestamptz(3) not null,
  previous bytea not null,
  hash bytea not null
);

-- One row: the end of the chain. Who holds its lock seals.
create table audit_chain (
  only_row boolean primary key default true check (only_row),
  seal bigint not null,
  hash bytea not null
);
insert into audit_chain (seal, hash) values (0, decode(repeat('00', 32), 'hex'));

-- What the API has signed: the seal and the hash of that day, in a document with its signature.
create table audit_heads (
  head_id bigint generated always as identity primary key,
  seal bigint not null unique,
  document jsonb not null,
  sign_time timestamptz not null default now()
);

create trigger audit_append_only before update or delete or truncate on audit_seals
  for each statement execute function refuse_audit_change();
alter table audit_seals enable always trigger audit_append_only;
create trigger audit_append_only before update or delete or truncate on audit_heads
  for each statement execute function refuse_audit_change();
alter table audit_heads enable always trigger audit_append_only;

-- As before, and the queue. Also for a process of the release before, which nobody has granted anything on it.
create or replace function audit_changed() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'TRUNCATE' then
    delete from audit_blocks;
  elsif tg_op = 'INSERT' then
    insert into audit_blocks (block, items) select audit_id >> 12, count(*) from added group by 1;
    insert into audit_unsealed (audit_id) select audit_id from added;
  else
    insert into audit_blocks (block, items) select audit_id >> 12, -count(*) from gone group by 1;
  end if;
  return null;
end $$;

-- Locks out writers until the commit, so that none of them falls between the old function and the new one.
lock table audit in share row exclusive mode;
insert into audit_unsealed (audit_id) select audit_id from audit;

-- How many rows of each table a gc has removed beside its objects: descriptors by version. Written in the transaction of each batch.
create table removed_rows (
  task_id bigint not null references tasks on delete cascade,
  part_no integer not null,
  kind text not null,
  version integer not null default 0,
  rows bigint not null,
  primary key (task_id, part_no, kind, version)
);

-- Signed documents about what was removed. They outlive the tasks and objects that they name.
create table erasure_certificates (
  certificate_id uuid primary key,
  document jsonb not null,
  issue_time timestamptz not null default now()
);
create trigger audit_append_only before update or delete or truncate on erasure_certificates
  for each statement execute function refuse_audit_change();
alter table erasure_certificates enable always trigger audit_append_only;

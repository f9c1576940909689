-- Idempotency keys whose task was removed: an order that is sent again must not be carried out again for that. The keys of
-- tasks that are there stand in tasks.
create table spent_keys (
  created_by uuid not null,
  idempotency_key text not null,
  idempotency_hash text not null,
  task_id bigint not null,
  removed_time timestamptz not null default now(),
  primary key (created_by, idempotency_key)
);
create index spent_keys_removed on spent_keys (removed_time);

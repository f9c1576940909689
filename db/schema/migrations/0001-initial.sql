create table accounts (
  account_id uuid primary key,
  login text not null unique check (length(login) between 3 and 128),
  password_hash text not null,
  account_type text not null check (account_type in ('admin', 'advanced_user', 'user')),
  description text not null default '' check (length(description) <= 128),
  create_time timestamptz not null default now(),
  last_update_time timestamptz not null default now()
);
create index accounts_newest on accounts (create_time desc, account_id desc);

create table sessions (
  sid text primary key,
  sess json not null,
  expire timestamptz not null
);
create index sessions_expire on sessions (expire);
create index sessions_account on sessions ((sess ->> 'accountId'));

create table lists (
  list_id uuid primary key,
  account_id uuid not null,
  user_data text not null default '' check (length(user_data) <= 128),
  create_time timestamptz not null default now(),
  last_update_time timestamptz not null default now()
);
create index lists_newest on lists (last_update_time desc, list_id desc);
create index lists_account_newest on lists (account_id, last_update_time desc, list_id desc);

-- Faces, events and what hangs on them have no foreign keys between each other: a key costs a look-up per row,
-- and gc removes them by the million. The books checker guards the relation instead (docs/decisions/0006).
create table faces (
  face_id uuid primary key,
  account_id uuid not null,
  event_id uuid,
  external_id text not null default '' check (length(external_id) <= 128),
  user_data text not null default '' check (length(user_data) <= 128),
  create_time timestamptz not null default now()
);
create index faces_newest on faces (create_time desc, face_id desc);
create index faces_account on faces (account_id, face_id);
create index faces_event on faces (event_id, face_id) where event_id is not null;
create index faces_external_id on faces (external_id, face_id) where external_id <> '';
create index faces_user_data on faces (user_data, face_id) where user_data <> '';

create table list_faces (
  face_id uuid not null,
  list_id uuid not null,
  link_time timestamptz not null default now(),
  primary key (face_id, list_id)
);
create index list_faces_list on list_faces (list_id, face_id);

create table attributes (
  face_id uuid primary key,
  attribute_id uuid not null,
  basic_attributes jsonb,
  sample_generation integer not null default 1,
  create_time timestamptz not null default now()
);
create index attributes_attribute_id on attributes (attribute_id);

create table events (
  event_id uuid primary key,
  account_id uuid not null,
  face_id uuid,
  handler_id uuid,
  source text not null default '' check (length(source) <= 128),
  tags text[] not null default '{}',
  external_id text not null default '' check (length(external_id) <= 128),
  user_data text not null default '' check (length(user_data) <= 128),
  track_id text not null default '' check (length(track_id) <= 128),
  basic_attributes jsonb,
  sample_generation integer not null default 1,
  create_time timestamptz not null default now(),
  end_time timestamptz not null default now(),
  insert_time timestamptz not null default now()
);
create index events_newest on events (create_time desc, event_id desc);
create index events_account on events (account_id, event_id);
create index events_handler on events (handler_id, event_id) where handler_id is not null;
create index events_source on events (source, event_id) where source <> '';
create index events_tags on events using gin (tags);
create index events_external_id on events (external_id, event_id) where external_id <> '';
create index events_user_data on events (user_data, event_id) where user_data <> '';
create index events_track_id on events (track_id, event_id) where track_id <> '';
create index events_end_time on events (end_time, event_id);
create index events_insert_time on events (insert_time, event_id);

-- The image bytes live in the sample store under storage_key; null: a row of seeded volume, which has no image.
-- The generation is raised whenever the image is replaced.
create table samples (
  owner_id uuid not null,
  kind text not null check (kind in ('face', 'body')),
  sample_id uuid not null,
  generation integer not null default 1,
  storage_key text,
  create_time timestamptz not null default now(),
  primary key (owner_id, kind)
);

create table image_origins (
  owner_id uuid not null,
  origin_no integer not null,
  url text not null,
  primary key (owner_id, origin_no)
);

-- Partitioned by version, so that gc of a whole version can drop a partition. There is no default partition:
-- DETACH CONCURRENTLY refuses to work beside one. db/descriptorPartitions.ts makes them.
create table face_descriptors (
  face_id uuid not null,
  descriptor_version integer not null,
  descriptor bytea not null,
  generation integer not null default 1,
  create_time timestamptz not null default now(),
  primary key (face_id, descriptor_version)
) partition by list (descriptor_version);
-- Vectors of floats do not compress; trying costs a third of the insert's time.
alter table face_descriptors alter column descriptor set storage external;

create table event_descriptors (
  event_id uuid not null,
  descriptor_version integer not null,
  descriptor_type text not null check (descriptor_type in ('face', 'body')),
  descriptor bytea not null,
  generation integer not null default 1,
  create_time timestamptz not null default now(),
  primary key (event_id, descriptor_version, descriptor_type)
) partition by list (descriptor_version);
alter table event_descriptors alter column descriptor set storage external;

create table sample_tombstones (
  storage_key text primary key,
  task_id bigint,
  create_time timestamptz not null default now()
);
create index sample_tombstones_task on sample_tombstones (task_id);

create table tasks (
  task_id bigint generated always as identity primary key,
  task_type smallint not null check (task_type between 0 and 9),
  state text not null default 'pending' check (state in ('pending', 'planning', 'running', 'pausing', 'paused',
    'cancelling', 'collecting', 'cancelled', 'failed', 'done')),
  task_status smallint not null generated always as (case state
    when 'pending' then 0 when 'cancelled' then 2 when 'failed' then 3 when 'collecting' then 4 when 'done' then 5
    else 1 end) stored,
  desired_state text not null default 'run' check (desired_state in ('run', 'pause', 'cancel')),
  generation integer not null default 1,
  content jsonb not null,
  description text,
  upper_bound timestamptz not null default now(),
  plan_cursor uuid,
  plan_done boolean not null default false,
  parts_all integer not null default 0,
  parts_done integer not null default 0,
  objects_expected bigint not null default 0,
  objects_done bigint not null default 0,
  objects_failed bigint not null default 0,
  objects_skipped bigint not null default 0,
  samples_removed bigint not null default 0,
  origins_removed bigint not null default 0,
  objects_per_second integer check (objects_per_second > 0),
  error_budget double precision check (error_budget between 0 and 1),
  window_size integer check (window_size > 0),
  priority integer not null default 3 check (priority between 1 and 5),
  notification_policy jsonb,
  result_id uuid,
  failure jsonb,
  created_by uuid,
  created_by_login text not null default '',
  schedule_id bigint,
  idempotency_key text,
  idempotency_hash text,
  request_id text,
  running_ms bigint not null default 0,
  running_since timestamptz,
  create_time timestamptz not null default now(),
  end_time timestamptz,
  last_update_time timestamptz not null default now(),
  lock_version integer not null default 0
);
create unique index tasks_idempotency_key on tasks (created_by, idempotency_key) where idempotency_key is not null;
create index tasks_status on tasks (task_status, task_id desc);
create index tasks_type on tasks (task_type, task_id desc);
create index tasks_create_time on tasks (create_time);
create index tasks_end_time on tasks (end_time) where end_time is not null;
create index tasks_open on tasks (task_id) where state not in ('cancelled', 'failed', 'done');

create table subtasks (
  task_id bigint not null references tasks on delete cascade,
  part_no integer not null,
  subtask_id bigint generated always as identity unique,
  from_key uuid,
  to_key uuid not null,
  expected integer not null,
  state text not null default 'pending' check (state in ('pending', 'running', 'cancelled', 'failed', 'done')),
  subtask_status smallint not null generated always as (case state
    when 'pending' then 0 when 'running' then 1 when 'cancelled' then 2 when 'failed' then 3 else 5 end) stored,
  claim text,
  attempt integer not null default 0,
  cursor uuid,
  walked boolean not null default false,
  retry_errors boolean not null default false,
  error_cursor uuid,
  batches integer not null default 0,
  done bigint not null default 0,
  failed bigint not null default 0,
  skipped bigint not null default 0,
  samples_removed bigint not null default 0,
  origins_removed bigint not null default 0,
  failure jsonb,
  create_time timestamptz not null default now(),
  end_time timestamptz,
  last_update_time timestamptz not null default now(),
  primary key (task_id, part_no)
);

create table task_errors (
  error_id bigint generated always as identity primary key,
  task_id bigint not null references tasks on delete cascade,
  part_no integer,
  subtask_id bigint,
  task_type smallint not null,
  error_code integer not null,
  "desc" text not null,
  detail text not null,
  object_type text not null,
  object_id uuid,
  additional_info jsonb,
  attempts integer not null default 1,
  error_time timestamptz not null default now(),
  overcome_time timestamptz
);
create unique index task_errors_object on task_errors (task_id, object_id, error_code);
create unique index task_errors_open on task_errors (task_id, object_id) where overcome_time is null;
create index task_errors_part on task_errors (task_id, part_no, object_id) where overcome_time is null;
create index task_errors_task on task_errors (task_id, error_id desc);
create index task_errors_code on task_errors (error_code, error_id desc);
create index task_errors_time on task_errors (error_time);
create index task_errors_type on task_errors (task_type, error_id desc);

-- For gc the ids of a batch's removed objects; for extract also the samples and generations, in the same order.
create table task_result_chunks (
  task_id bigint not null references tasks on delete cascade,
  part_no integer not null,
  seq integer not null,
  count integer not null,
  ids uuid[] not null,
  sample_ids uuid[],
  generations integer[],
  primary key (task_id, part_no, seq)
);
alter table task_result_chunks alter column ids set storage external;
alter table task_result_chunks alter column sample_ids set storage external;

create table schedules (
  schedule_id bigint generated always as identity primary key,
  task_type smallint not null check (task_type in (4, 5)),
  description text,
  content jsonb not null,
  cron text not null,
  time_zone text not null default 'UTC',
  overlap_policy text not null default 'skip' check (overlap_policy in ('skip', 'buffer_one', 'allow_all')),
  active boolean not null default true,
  notification_policy jsonb,
  created_by uuid,
  created_by_login text not null default '',
  create_time timestamptz not null default now(),
  last_update_time timestamptz not null default now()
);

create table notifications (
  notification_id uuid primary key,
  task_id bigint,
  url text not null,
  payload jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'given_up')),
  attempts integer not null default 0,
  next_attempt_time timestamptz not null default now(),
  last_error text,
  create_time timestamptz not null default now(),
  end_time timestamptz
);
create index notifications_due on notifications (next_attempt_time) where state = 'pending';
create index notifications_task on notifications (task_id);

create table audit (
  audit_id bigint generated always as identity primary key,
  audit_time timestamptz not null default now(),
  account_id uuid,
  login text not null default '',
  action text not null,
  object_type text not null,
  object_id text not null,
  request_id text,
  remote_address text,
  before jsonb,
  after jsonb
);
create index audit_time on audit (audit_time);
create index audit_object on audit (object_type, object_id, audit_id desc);
create index audit_account on audit (account_id, audit_id desc);

create table request_stats (
  month date not null,
  service text not null,
  route text not null,
  status_code smallint not null,
  error_code integer not null default 0,
  count bigint not null default 0,
  primary key (month, service, route, status_code, error_code)
);

-- Written by npm run schema:dump after the migrations; do not edit.

create table account_identities (
  issuer text not null,
  subject text not null,
  account_id uuid not null,
  managed boolean not null,
  create_time timestamp with time zone default now() not null,
  last_login_time timestamp with time zone,
  constraint account_identities_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id) ON DELETE CASCADE,
  constraint account_identities_pkey PRIMARY KEY (issuer, subject)
);
CREATE INDEX account_identities_account ON public.account_identities USING btree (account_id);

create table accounts (
  account_id uuid not null,
  login text not null,
  password_hash text not null,
  account_type text not null,
  description text default ''::text not null,
  create_time timestamp with time zone default now() not null,
  last_update_time timestamp with time zone default now() not null,
  vetted_hash text,
  revision integer default 1 not null,
  role text default 'admin'::text not null,
  sees_pictures boolean default false not null,
  disabled boolean default false not null,
  must_change_password boolean default false not null,
  password_expires_at timestamp with time zone,
  constraint accounts_account_type_check CHECK ((account_type = ANY (ARRAY['admin'::text, 'advanced_user'::text, 'user'::text]))),
  constraint accounts_description_check CHECK ((length(description) <= 128)),
  constraint accounts_login_check CHECK (((length(login) >= 3) AND (length(login) <= 128))),
  constraint accounts_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'auditor'::text, 'admin'::text]))),
  constraint accounts_pkey PRIMARY KEY (account_id),
  constraint accounts_login_key UNIQUE (login)
);
CREATE INDEX accounts_newest ON public.accounts USING btree (create_time DESC, account_id DESC);

create table acknowledgements (
  task_id bigint not null,
  item text not null,
  note text default ''::text not null,
  login text not null,
  account_id uuid,
  ack_time timestamp with time zone default now() not null,
  constraint acknowledgements_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint acknowledgements_pkey PRIMARY KEY (task_id, item)
);
CREATE INDEX acknowledgements_newest ON public.acknowledgements USING btree (ack_time DESC);
CREATE TRIGGER acknowledgements_announce AFTER INSERT OR DELETE ON public.acknowledgements FOR EACH ROW EXECUTE FUNCTION announce_acknowledgement();

create table activity (
  minute timestamp with time zone not null,
  task_type smallint not null,
  error_code integer not null,
  items bigint not null,
  constraint activity_pkey PRIMARY KEY (minute, task_type, error_code)
);

create table api_tokens (
  token_id uuid not null,
  account_id uuid not null,
  name text not null,
  token_hash bytea not null,
  role text not null,
  operations text[],
  networks cidr[],
  create_time timestamp with time zone default now() not null,
  expire_time timestamp with time zone not null,
  revoke_time timestamp with time zone,
  last_use_time timestamp with time zone,
  last_use_address inet,
  constraint api_tokens_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64))),
  constraint api_tokens_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'auditor'::text, 'admin'::text]))),
  constraint api_tokens_token_hash_check CHECK ((length(token_hash) = 32)),
  constraint api_tokens_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id) ON DELETE CASCADE,
  constraint api_tokens_pkey PRIMARY KEY (token_id),
  constraint api_tokens_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX api_tokens_account ON public.api_tokens USING btree (account_id, create_time DESC);

create table approvals (
  approval_id bigint generated always as identity not null,
  task_id bigint,
  schedule_id bigint,
  state text default 'waiting'::text not null,
  cause text not null,
  preview jsonb not null,
  approved_count bigint,
  ordered_by uuid,
  ordered_by_login text not null,
  order_time timestamp with time zone default now() not null,
  expire_time timestamp with time zone not null,
  decided_by uuid,
  decided_by_login text,
  decide_time timestamp with time zone,
  reason text,
  constraint approvals_cause_check CHECK ((cause = ANY (ARRAY['version'::text, 'everything'::text, 'objects'::text, 'uncounted'::text]))),
  constraint approvals_check CHECK (((task_id IS NULL) <> (schedule_id IS NULL))),
  constraint approvals_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'rejected'::text, 'expired'::text, 'withdrawn'::text]))),
  constraint approvals_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES schedules(schedule_id) ON DELETE CASCADE,
  constraint approvals_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint approvals_pkey PRIMARY KEY (approval_id)
);
CREATE INDEX approvals_due ON public.approvals USING btree (expire_time) WHERE (state = 'waiting'::text);
CREATE INDEX approvals_of_schedule ON public.approvals USING btree (schedule_id, approval_id DESC) WHERE (schedule_id IS NOT NULL);
CREATE INDEX approvals_of_task ON public.approvals USING btree (task_id, approval_id DESC) WHERE (task_id IS NOT NULL);
CREATE UNIQUE INDEX approvals_waiting_schedule ON public.approvals USING btree (schedule_id) WHERE (state = 'waiting'::text);
CREATE UNIQUE INDEX approvals_waiting_task ON public.approvals USING btree (task_id) WHERE (state = 'waiting'::text);
CREATE TRIGGER approvals_notify_decided AFTER UPDATE OF state ON public.approvals FOR EACH ROW WHEN ((new.state <> old.state)) EXECUTE FUNCTION queue_approval_notification();
CREATE TRIGGER approvals_notify_ordered AFTER INSERT ON public.approvals FOR EACH ROW EXECUTE FUNCTION queue_approval_notification();

create table attributes (
  face_id uuid not null,
  attribute_id uuid not null,
  basic_attributes jsonb,
  sample_generation integer default 1 not null,
  create_time timestamp with time zone default now() not null,
  constraint attributes_pkey PRIMARY KEY (face_id)
);
CREATE INDEX attributes_attribute_id ON public.attributes USING btree (attribute_id);

create table audit (
  audit_id bigint generated always as identity not null,
  audit_time timestamp with time zone default now() not null,
  account_id uuid,
  login text default ''::text not null,
  action text not null,
  object_type text not null,
  object_id text not null,
  request_id text,
  remote_address text,
  before jsonb,
  after jsonb,
  constraint audit_pkey PRIMARY KEY (audit_id)
);
CREATE INDEX audit_account ON public.audit USING btree (account_id, audit_id DESC);
CREATE INDEX audit_action ON public.audit USING btree (action, audit_id DESC);
CREATE INDEX audit_object ON public.audit USING btree (object_type, object_id, audit_id DESC);
CREATE INDEX audit_time ON public.audit USING btree (audit_time);
CREATE TRIGGER audit_added AFTER INSERT ON public.audit REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit_changed();
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_append_only;
CREATE TRIGGER audit_emptied AFTER TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION audit_changed();
CREATE TRIGGER audit_removed AFTER DELETE ON public.audit REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION audit_changed();

create table audit_blocks (
  entry_id bigint generated always as identity not null,
  block bigint not null,
  items bigint not null,
  constraint audit_blocks_pkey PRIMARY KEY (entry_id)
);

create table audit_chain (
  only_row boolean default true not null,
  seal bigint not null,
  hash bytea not null,
  constraint audit_chain_only_row_check CHECK (only_row),
  constraint audit_chain_pkey PRIMARY KEY (only_row)
);

create table audit_expirations (
  expiration_id bigint generated always as identity not null,
  seal bigint not null,
  removed bigint not null,
  xact xid8 default pg_current_xact_id() not null,
  expire_time timestamp with time zone default now() not null,
  constraint audit_expirations_pkey PRIMARY KEY (expiration_id)
);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_expirations FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE audit_expirations ENABLE ALWAYS TRIGGER audit_append_only;

create table audit_feeds (
  feed text not null,
  seal bigint default 0 not null,
  head_id bigint default 0 not null,
  sent_time timestamp with time zone,
  holder uuid,
  held_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  fault text,
  failures integer default 0 not null,
  next_time timestamp with time zone default '-infinity'::timestamp with time zone not null,
  constraint audit_feeds_feed_check CHECK ((feed = ANY (ARRAY['webhook'::text, 'file'::text]))),
  constraint audit_feeds_pkey PRIMARY KEY (feed)
);

create table audit_heads (
  head_id bigint generated always as identity not null,
  seal bigint not null,
  document jsonb not null,
  sign_time timestamp with time zone default now() not null,
  constraint audit_heads_pkey PRIMARY KEY (head_id),
  constraint audit_heads_seal_key UNIQUE (seal)
);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_heads FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE audit_heads ENABLE ALWAYS TRIGGER audit_append_only;

create table audit_seals (
  seal bigint not null,
  audit_id bigint not null,
  seal_time timestamp(3) with time zone not null,
  previous bytea not null,
  hash bytea not null,
  constraint audit_seals_pkey PRIMARY KEY (seal),
  constraint audit_seals_audit_id_key UNIQUE (audit_id)
);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE audit_seals ENABLE ALWAYS TRIGGER audit_append_only;

create table audit_unsealed (
  audit_id bigint not null,
  constraint audit_unsealed_pkey PRIMARY KEY (audit_id)
);

create table audit_views (
  login text not null,
  action text not null,
  object_id text not null,
  hour timestamp with time zone not null,
  constraint audit_views_pkey PRIMARY KEY (hour, login, action, object_id)
);

create table default_versions (
  kind text not null,
  version integer not null,
  switched_time timestamp with time zone default now() not null,
  switched_by text not null,
  constraint default_versions_kind_check CHECK ((kind = ANY (ARRAY['face'::text, 'body'::text]))),
  constraint default_versions_version_check CHECK ((version > 0)),
  constraint default_versions_pkey PRIMARY KEY (kind)
);

create table erasure_certificates (
  certificate_id uuid not null,
  document jsonb not null,
  issue_time timestamp with time zone default now() not null,
  constraint erasure_certificates_pkey PRIMARY KEY (certificate_id)
);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.erasure_certificates FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE erasure_certificates ENABLE ALWAYS TRIGGER audit_append_only;

create table estimator_stats (
  month date not null,
  name text not null,
  count bigint default 0 not null,
  constraint estimator_stats_pkey PRIMARY KEY (month, name)
);

create table event_descriptors (
  event_id uuid not null,
  descriptor_version integer not null,
  descriptor_type text not null,
  descriptor bytea not null storage external,
  generation integer default 1 not null,
  create_time timestamp with time zone default now() not null,
  constraint event_descriptors_descriptor_type_check CHECK ((descriptor_type = ANY (ARRAY['face'::text, 'body'::text]))),
  constraint event_descriptors_pkey PRIMARY KEY (event_id, descriptor_version, descriptor_type)
) partition by list (descriptor_version);

create table event_moves (
  table_name text not null,
  cursor uuid,
  copied bigint default 0 not null,
  expected bigint not null,
  begin_time timestamp with time zone default now() not null,
  copied_time timestamp with time zone,
  end_time timestamp with time zone,
  constraint event_moves_pkey PRIMARY KEY (table_name)
);

create table events (
  event_id uuid not null,
  account_id uuid not null,
  face_id uuid,
  handler_id uuid,
  source text default ''::text not null,
  tags text[] default '{}'::text[] not null,
  external_id text default ''::text not null,
  user_data text default ''::text not null,
  track_id text default ''::text not null,
  basic_attributes jsonb,
  sample_generation integer default 1 not null,
  create_time timestamp with time zone default now() not null,
  end_time timestamp with time zone default now() not null,
  insert_time timestamp with time zone default now() not null,
  constraint events_external_id_check CHECK ((length(external_id) <= 128)),
  constraint events_source_check CHECK ((length(source) <= 128)),
  constraint events_track_id_check CHECK ((length(track_id) <= 128)),
  constraint events_user_data_check CHECK ((length(user_data) <= 128)),
  constraint events_pkey PRIMARY KEY (event_id)
) partition by range (event_id);
CREATE INDEX events_account ON ONLY public.events USING btree (account_id, event_id);
CREATE INDEX events_end_time ON ONLY public.events USING btree (end_time, event_id);
CREATE INDEX events_external_id ON ONLY public.events USING btree (external_id text_pattern_ops, event_id) WHERE (external_id <> ''::text);
CREATE INDEX events_face ON ONLY public.events USING btree (face_id, event_id) WHERE (face_id IS NOT NULL);
CREATE INDEX events_handler ON ONLY public.events USING btree (handler_id, event_id) WHERE (handler_id IS NOT NULL);
CREATE INDEX events_insert_time ON ONLY public.events USING btree (insert_time, event_id);
CREATE INDEX events_newest ON ONLY public.events USING btree (create_time DESC, event_id DESC);
CREATE INDEX events_source ON ONLY public.events USING btree (source text_pattern_ops, event_id) WHERE (source <> ''::text);
CREATE INDEX events_tags ON ONLY public.events USING gin (tags);
CREATE INDEX events_track_id ON ONLY public.events USING btree (track_id text_pattern_ops, event_id) WHERE (track_id <> ''::text);
CREATE INDEX events_user_data ON ONLY public.events USING btree (user_data text_pattern_ops, event_id) WHERE (user_data <> ''::text);

create table face_descriptors (
  face_id uuid not null,
  descriptor_version integer not null,
  descriptor bytea not null storage external,
  generation integer default 1 not null,
  create_time timestamp with time zone default now() not null,
  constraint face_descriptors_pkey PRIMARY KEY (face_id, descriptor_version)
) partition by list (descriptor_version);

create table faces (
  face_id uuid not null,
  account_id uuid not null,
  event_id uuid,
  external_id text default ''::text not null,
  user_data text default ''::text not null,
  create_time timestamp with time zone default now() not null,
  constraint faces_external_id_check CHECK ((length(external_id) <= 128)),
  constraint faces_user_data_check CHECK ((length(user_data) <= 128)),
  constraint faces_pkey PRIMARY KEY (face_id)
);
CREATE INDEX faces_account ON public.faces USING btree (account_id, face_id);
CREATE INDEX faces_event ON public.faces USING btree (event_id, face_id) WHERE (event_id IS NOT NULL);
CREATE INDEX faces_external_id ON public.faces USING btree (external_id text_pattern_ops, face_id) WHERE (external_id <> ''::text);
CREATE INDEX faces_newest ON public.faces USING btree (create_time DESC, face_id DESC);
CREATE INDEX faces_user_data ON public.faces USING btree (user_data text_pattern_ops, face_id) WHERE (user_data <> ''::text);

create table image_origins (
  owner_id uuid not null,
  origin_no integer not null,
  url text not null,
  constraint image_origins_pkey PRIMARY KEY (owner_id, origin_no)
);

create table list_faces (
  face_id uuid not null,
  list_id uuid not null,
  link_time timestamp with time zone default now() not null,
  constraint list_faces_pkey PRIMARY KEY (face_id, list_id)
);
CREATE INDEX list_faces_list ON public.list_faces USING btree (list_id, face_id);

create table lists (
  list_id uuid not null,
  account_id uuid not null,
  user_data text default ''::text not null,
  create_time timestamp with time zone default now() not null,
  last_update_time timestamp with time zone default now() not null,
  constraint lists_user_data_check CHECK ((length(user_data) <= 128)),
  constraint lists_pkey PRIMARY KEY (list_id)
);
CREATE INDEX lists_account_newest ON public.lists USING btree (account_id, last_update_time DESC, list_id DESC);
CREATE INDEX lists_newest ON public.lists USING btree (last_update_time DESC, list_id DESC);

create table login_limits (
  key text not null,
  points integer default 0 not null,
  expire bigint,
  constraint login_limits_pkey PRIMARY KEY (key)
);

create table login_networks (
  account_id uuid not null,
  network text not null,
  last_time timestamp with time zone default now() not null,
  constraint login_networks_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id) ON DELETE CASCADE,
  constraint login_networks_pkey PRIMARY KEY (account_id, network)
);

create table maintenance (
  one boolean default true not null,
  active boolean default false not null,
  number integer default 0 not null,
  note text,
  start_time timestamp with time zone,
  started_by text,
  constraint maintenance_one_check CHECK (one),
  constraint maintenance_pkey PRIMARY KEY (one)
);

create table network_checks (
  check_id bigint generated always as identity not null,
  version integer not null,
  state text default 'waiting'::text not null,
  attempts integer default 0 not null,
  runs_done integer,
  runs_expected integer,
  reports jsonb,
  failure jsonb,
  created_by uuid,
  created_by_login text not null,
  create_time timestamp with time zone default now() not null,
  start_time timestamp with time zone,
  end_time timestamp with time zone,
  constraint network_checks_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text]))),
  constraint network_checks_pkey PRIMARY KEY (check_id)
);
CREATE INDEX network_checks_of_version ON public.network_checks USING btree (version, check_id DESC);
CREATE UNIQUE INDEX network_checks_open ON public.network_checks USING btree (version) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));

create table notifications (
  notification_id uuid not null,
  task_id bigint,
  url text not null,
  payload jsonb not null,
  state text default 'pending'::text not null,
  attempts integer default 0 not null,
  next_attempt_time timestamp with time zone default now() not null,
  last_error text,
  create_time timestamp with time zone default now() not null,
  end_time timestamp with time zone,
  task_status smallint not null,
  secret text not null,
  constraint notifications_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'given_up'::text]))),
  constraint notifications_pkey PRIMARY KEY (notification_id)
);
CREATE INDEX notifications_due ON public.notifications USING btree (next_attempt_time) WHERE (state = 'pending'::text);
CREATE INDEX notifications_of_task ON public.notifications USING btree (task_id, create_time DESC, notification_id);

create table origin_removals (
  task_id bigint not null,
  object_id uuid not null,
  origin_no integer not null,
  part_no integer not null,
  url text not null,
  state text default 'pending'::text not null,
  attempts integer default 0 not null,
  next_attempt_time timestamp with time zone default now() not null,
  last_error text,
  constraint origin_removals_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'refused'::text]))),
  constraint origin_removals_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint origin_removals_pkey PRIMARY KEY (task_id, object_id, origin_no)
);
CREATE INDEX origin_removals_due ON public.origin_removals USING btree (task_id, part_no, next_attempt_time) WHERE (state = 'pending'::text);

create table ownerless_samples (
  cursor uuid,
  found bigint default 0 not null,
  total bigint,
  total_time timestamp with time zone,
  is_only boolean default true not null,
  constraint ownerless_samples_is_only_check CHECK (is_only),
  constraint ownerless_samples_pkey PRIMARY KEY (is_only)
);

create table passkeys (
  passkey_id text not null,
  account_id uuid not null,
  name text not null,
  public_key bytea not null,
  sign_count bigint not null,
  transports text[] not null,
  create_time timestamp with time zone default now() not null,
  last_use_time timestamp with time zone,
  constraint passkeys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id) ON DELETE CASCADE,
  constraint passkeys_pkey PRIMARY KEY (passkey_id)
);
CREATE INDEX passkeys_account ON public.passkeys USING btree (account_id);

create table planned_keys (
  task_id bigint not null,
  part_no integer not null,
  to_key uuid not null,
  keys uuid[] not null storage external,
  constraint planned_keys_task_id_part_no_fkey FOREIGN KEY (task_id, part_no) REFERENCES subtasks(task_id, part_no) ON DELETE CASCADE,
  constraint planned_keys_pkey PRIMARY KEY (task_id, part_no, to_key)
);

create table recovery_codes (
  account_id uuid not null,
  code_hash bytea not null,
  constraint recovery_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id) ON DELETE CASCADE,
  constraint recovery_codes_pkey PRIMARY KEY (account_id, code_hash)
);

create table removed_rows (
  task_id bigint not null,
  part_no integer not null,
  kind text not null,
  version integer default 0 not null,
  rows bigint not null,
  constraint removed_rows_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint removed_rows_pkey PRIMARY KEY (task_id, part_no, kind, version)
);

create table request_stats (
  month date not null,
  service text not null,
  route text not null,
  status_code smallint not null,
  error_code integer default 0 not null,
  count bigint default 0 not null,
  constraint request_stats_pkey PRIMARY KEY (month, service, route, status_code, error_code)
);

create table retention_runs (
  kind text not null,
  run_time timestamp with time zone not null,
  removed bigint not null,
  removed_ever bigint not null,
  constraint retention_runs_pkey PRIMARY KEY (kind)
);

create table sample_store (
  store_id uuid default gen_random_uuid() not null,
  marked_time timestamp with time zone,
  is_only boolean default true not null,
  constraint sample_store_is_only_check CHECK (is_only),
  constraint sample_store_pkey PRIMARY KEY (is_only)
);

create table sample_tombstones (
  storage_key text not null,
  task_id bigint,
  create_time timestamp with time zone default now() not null,
  part_no integer,
  object_id uuid,
  state text default 'pending'::text not null,
  attempts integer default 0 not null,
  next_attempt_time timestamp with time zone default now() not null,
  last_error text,
  constraint sample_tombstones_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'refused'::text]))),
  constraint sample_tombstones_pkey PRIMARY KEY (storage_key)
);
CREATE INDEX sample_tombstones_part ON public.sample_tombstones USING btree (task_id, part_no, object_id);
CREATE INDEX sample_tombstones_refused ON public.sample_tombstones USING btree (create_time) WHERE (state = 'refused'::text);

create table samples (
  owner_id uuid not null,
  kind text not null,
  sample_id uuid not null,
  generation integer default 1 not null,
  storage_key text,
  create_time timestamp with time zone default now() not null,
  constraint samples_kind_check CHECK ((kind = ANY (ARRAY['face'::text, 'body'::text]))),
  constraint samples_pkey PRIMARY KEY (owner_id, kind)
);
CREATE INDEX samples_sample_id ON public.samples USING btree (sample_id);

create table schedule_runs (
  run_id bigint generated always as identity not null,
  schedule_id bigint not null,
  scheduled_time timestamp with time zone not null,
  outcome text not null,
  run_time timestamp with time zone default now() not null,
  task_id bigint,
  blocking_task_id bigint,
  blocking_time timestamp with time zone,
  failure jsonb,
  reason text,
  away_from timestamp with time zone,
  away_until timestamp with time zone,
  login text,
  constraint schedule_runs_outcome_check CHECK ((outcome = ANY (ARRAY['started'::text, 'skipped'::text, 'waiting'::text, 'failed'::text, 'missed'::text]))),
  constraint schedule_runs_reason_check CHECK ((reason = ANY (ARRAY['workers_away'::text, 'temporal_away'::text, 'stopped'::text, 'changed'::text]))),
  constraint schedule_runs_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES schedules(schedule_id) ON DELETE CASCADE,
  constraint schedule_runs_pkey PRIMARY KEY (run_id)
);
CREATE INDEX schedule_runs_newest ON public.schedule_runs USING btree (schedule_id, scheduled_time DESC, run_id DESC);
CREATE UNIQUE INDEX schedule_runs_once ON public.schedule_runs USING btree (schedule_id, scheduled_time) WHERE (login IS NULL);
CREATE INDEX schedule_runs_waiting ON public.schedule_runs USING btree (schedule_id) WHERE (outcome = 'waiting'::text);
CREATE TRIGGER schedule_runs_announce AFTER INSERT OR UPDATE ON public.schedule_runs FOR EACH ROW EXECUTE FUNCTION announce_schedule();

create table schedule_watches (
  begin_time timestamp with time zone not null,
  end_time timestamp with time zone not null,
  constraint schedule_watches_pkey PRIMARY KEY (begin_time)
);

create table schedules (
  schedule_id bigint generated always as identity not null,
  task_type smallint not null,
  description text,
  content jsonb not null,
  cron text not null,
  time_zone text default 'UTC'::text not null,
  overlap_policy text default 'skip'::text not null,
  active boolean default true not null,
  notification_policy jsonb,
  created_by uuid,
  created_by_login text default ''::text not null,
  create_time timestamp with time zone default now() not null,
  last_update_time timestamp with time zone default now() not null,
  objects_per_second integer,
  error_budget double precision,
  revision integer default 1 not null,
  followed_revision integer,
  removed boolean default false not null,
  last_run jsonb,
  catch_up_window text default '10m'::text not null,
  watched_until timestamp with time zone,
  approval text,
  changed_by uuid,
  changed_by_login text,
  constraint schedules_approval_check CHECK ((approval = ANY (ARRAY['waiting'::text, 'approved'::text, 'refused'::text]))),
  constraint schedules_error_budget_check CHECK (((error_budget >= (0)::double precision) AND (error_budget <= (1)::double precision))),
  constraint schedules_objects_per_second_check CHECK ((objects_per_second > 0)),
  constraint schedules_overlap_policy_check CHECK ((overlap_policy = ANY (ARRAY['skip'::text, 'buffer_one'::text, 'allow_all'::text]))),
  constraint schedules_task_type_check CHECK ((task_type = ANY (ARRAY[4, 5]))),
  constraint schedules_pkey PRIMARY KEY (schedule_id)
);
CREATE TRIGGER schedules_announce AFTER INSERT OR DELETE ON public.schedules FOR EACH ROW EXECUTE FUNCTION announce_schedule();
CREATE TRIGGER schedules_announce_changed AFTER UPDATE OF active, removed, revision, followed_revision, last_run ON public.schedules FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION announce_schedule();

create table schema_migrations (
  name text not null,
  apply_time timestamp with time zone default now() not null,
  constraint schema_migrations_pkey PRIMARY KEY (name)
);

create table sessions (
  sid text not null,
  sess json not null,
  expire timestamp with time zone not null,
  constraint sessions_pkey PRIMARY KEY (sid)
);
CREATE INDEX sessions_account ON public.sessions USING btree (((sess ->> 'accountId'::text)));
CREATE INDEX sessions_expire ON public.sessions USING btree (expire);

create table spent_keys (
  created_by uuid not null,
  idempotency_key text not null,
  idempotency_hash text not null,
  task_id bigint not null,
  removed_time timestamp with time zone default now() not null,
  constraint spent_keys_pkey PRIMARY KEY (created_by, idempotency_key)
);
CREATE INDEX spent_keys_removed ON public.spent_keys USING btree (removed_time);

create table subtasks (
  task_id bigint not null,
  part_no integer not null,
  subtask_id bigint generated always as identity not null,
  from_key uuid,
  to_key uuid not null,
  expected integer not null,
  state text default 'pending'::text not null,
  subtask_status smallint generated always as (
CASE state
    WHEN 'pending'::text THEN 0
    WHEN 'running'::text THEN 1
    WHEN 'cancelled'::text THEN 2
    WHEN 'failed'::text THEN 3
    ELSE 5
END) stored not null,
  claim text,
  attempt integer default 0 not null,
  cursor uuid,
  walked boolean default false not null,
  retry_errors boolean default false not null,
  error_cursor uuid,
  batches integer default 0 not null,
  done bigint default 0 not null,
  failed bigint default 0 not null,
  skipped bigint default 0 not null,
  samples_removed bigint default 0 not null,
  origins_removed bigint default 0 not null,
  failure jsonb,
  create_time timestamp with time zone default now() not null,
  end_time timestamp with time zone,
  last_update_time timestamp with time zone default now() not null,
  whole boolean default false not null,
  sparse boolean default false not null,
  recent double precision default 0 not null,
  recent_at_ms bigint default 0 not null,
  retry_code integer,
  worker text,
  checkpoint_time timestamp with time zone,
  failed_attempts integer default 0 not null,
  samples_left bigint default 0 not null,
  folded boolean default false not null,
  grown integer default 0 not null,
  constraint subtasks_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'running'::text, 'cancelled'::text, 'failed'::text, 'done'::text]))),
  constraint subtasks_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint subtasks_pkey PRIMARY KEY (task_id, part_no),
  constraint subtasks_subtask_id_key UNIQUE (subtask_id)
);
CREATE INDEX subtasks_to_sum ON public.subtasks USING btree (task_id) WHERE ((attempt > 0) AND (NOT folded));
CREATE TRIGGER subtasks_grow BEFORE UPDATE OF expected ON public.subtasks FOR EACH ROW WHEN ((new.expected <> old.expected)) EXECUTE FUNCTION note_growth();

create table task_blocks (
  entry_id bigint generated always as identity not null,
  block bigint not null,
  task_type smallint not null,
  task_status smallint not null,
  items bigint not null,
  constraint task_blocks_pkey PRIMARY KEY (entry_id)
);

create table task_error_blocks (
  entry_id bigint generated always as identity not null,
  task_id bigint,
  block bigint not null,
  task_type smallint not null,
  error_code integer not null,
  items bigint not null,
  constraint task_error_blocks_pkey PRIMARY KEY (entry_id)
);
CREATE INDEX task_error_blocks_task ON public.task_error_blocks USING btree (task_id);

create table task_errors (
  error_id bigint generated always as identity not null,
  task_id bigint not null,
  part_no integer,
  subtask_id bigint,
  task_type smallint not null,
  error_code integer not null,
  "desc" text not null,
  detail text not null,
  object_type text not null,
  object_id uuid,
  additional_info jsonb,
  attempts integer default 1 not null,
  error_time timestamp with time zone default now() not null,
  overcome_time timestamp with time zone,
  reason text generated always as (error_reason(detail)) stored not null,
  constraint task_errors_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint task_errors_pkey PRIMARY KEY (error_id)
);
CREATE INDEX task_errors_code ON public.task_errors USING btree (error_code, error_id DESC);
CREATE UNIQUE INDEX task_errors_object ON public.task_errors USING btree (task_id, object_id, error_code);
CREATE INDEX task_errors_of_object ON public.task_errors USING btree (object_id, error_id DESC) WHERE (object_id IS NOT NULL);
CREATE UNIQUE INDEX task_errors_open ON public.task_errors USING btree (task_id, object_id) WHERE (overcome_time IS NULL);
CREATE INDEX task_errors_part ON public.task_errors USING btree (task_id, part_no, object_id) WHERE (overcome_time IS NULL);
CREATE INDEX task_errors_resolved ON public.task_errors USING btree (error_code, reason, error_id) INCLUDE (task_id) WHERE (overcome_time IS NOT NULL);
CREATE INDEX task_errors_task ON public.task_errors USING btree (task_id, error_id DESC);
CREATE INDEX task_errors_time ON public.task_errors USING btree (error_time);
CREATE INDEX task_errors_type ON public.task_errors USING btree (task_type, error_id DESC);
CREATE INDEX task_errors_unresolved ON public.task_errors USING btree (error_code, reason, error_id) INCLUDE (task_id) WHERE (overcome_time IS NULL);
CREATE TRIGGER task_errors_added AFTER INSERT ON public.task_errors REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION task_errors_changed();
CREATE TRIGGER task_errors_emptied AFTER TRUNCATE ON public.task_errors FOR EACH STATEMENT EXECUTE FUNCTION task_errors_changed();
CREATE TRIGGER task_errors_removed AFTER DELETE ON public.task_errors REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION task_errors_changed();

create table task_log (
  task_id bigint not null,
  line_id bigint generated always as identity not null,
  line_time timestamp with time zone default now() not null,
  state text,
  part_no integer,
  attempt integer,
  outcome text,
  worker text,
  failure jsonb,
  repeats integer default 1 not null,
  constraint task_log_check CHECK ((((state IS NULL) <> (part_no IS NULL)) AND ((outcome IS NULL) OR (part_no IS NOT NULL)))),
  constraint task_log_outcome_check CHECK ((outcome = ANY (ARRAY['lost'::text, 'failed'::text, 'given_back'::text]))),
  constraint task_log_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint task_log_pkey PRIMARY KEY (task_id, line_id)
);
CREATE INDEX task_log_part ON public.task_log USING btree (task_id, part_no, line_id) WHERE (part_no IS NOT NULL);

create table task_result_chunks (
  task_id bigint not null,
  part_no integer not null,
  seq integer not null,
  count integer not null,
  ids uuid[] not null storage external,
  sample_ids uuid[] storage external,
  generations integer[],
  constraint task_result_chunks_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint task_result_chunks_pkey PRIMARY KEY (task_id, part_no, seq)
);

create table task_samples (
  task_id bigint not null,
  sample_time timestamp with time zone not null,
  handled bigint not null,
  constraint task_samples_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint task_samples_pkey PRIMARY KEY (task_id, sample_time)
);

create table task_sums (
  task_id bigint not null,
  parts_done integer not null,
  grown bigint not null,
  done bigint not null,
  failed bigint not null,
  skipped bigint not null,
  samples_removed bigint not null,
  samples_left bigint default 0 not null,
  origins_removed bigint not null,
  recent double precision not null,
  recent_at_ms bigint not null,
  last_update_time timestamp with time zone not null,
  constraint task_sums_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint task_sums_pkey PRIMARY KEY (task_id)
);

create table tasks (
  task_id bigint generated always as identity not null,
  task_type smallint not null,
  state text default 'pending'::text not null,
  desired_state text default 'run'::text not null,
  generation integer default 1 not null,
  content jsonb not null,
  description text,
  upper_bound timestamp with time zone default now() not null,
  plan_cursor uuid,
  plan_done boolean default false not null,
  parts_all integer default 0 not null,
  parts_done integer default 0 not null,
  objects_expected bigint default 0 not null,
  objects_done bigint default 0 not null,
  objects_failed bigint default 0 not null,
  objects_skipped bigint default 0 not null,
  samples_removed bigint default 0 not null,
  origins_removed bigint default 0 not null,
  objects_per_second integer,
  error_budget double precision,
  window_size integer,
  priority integer default 3 not null,
  notification_policy jsonb,
  result_id uuid,
  failure jsonb,
  created_by uuid,
  created_by_login text default ''::text not null,
  schedule_id bigint,
  idempotency_key text,
  idempotency_hash text,
  request_id text,
  running_ms bigint default 0 not null,
  running_since timestamp with time zone,
  create_time timestamp with time zone default now() not null,
  end_time timestamp with time zone,
  last_update_time timestamp with time zone default now() not null,
  lock_version integer default 0 not null,
  asked_action text,
  asked_time timestamp with time zone,
  scheduled_time timestamp with time zone,
  rest_state text,
  stuck_since timestamp with time zone,
  samples_left bigint default 0 not null,
  default_version_removed boolean default false not null,
  admitted boolean default false not null,
  told_window integer,
  upgrade_id bigint,
  upgrade_step integer,
  held_by_maintenance boolean default false not null,
  released_from integer,
  task_status smallint generated always as (
CASE state
    WHEN 'awaiting_approval'::text THEN 0
    WHEN 'pending'::text THEN 0
    WHEN 'cancelled'::text THEN 2
    WHEN 'failed'::text THEN 3
    WHEN 'collecting'::text THEN 4
    WHEN 'done'::text THEN 5
    ELSE 1
END) stored not null,
  objects_limit bigint,
  by_approved_schedule boolean default false not null,
  result_removed_time timestamp with time zone,
  is_leaving boolean default false not null,
  constraint tasks_asked_action_check CHECK ((asked_action = ANY (ARRAY['cancel'::text, 'pause'::text, 'resume'::text, 'retry'::text]))),
  constraint tasks_desired_state_check CHECK ((desired_state = ANY (ARRAY['run'::text, 'pause'::text, 'cancel'::text]))),
  constraint tasks_error_budget_check CHECK (((error_budget >= (0)::double precision) AND (error_budget <= (1)::double precision))),
  constraint tasks_objects_per_second_check CHECK ((objects_per_second > 0)),
  constraint tasks_priority_check CHECK (((priority >= 1) AND (priority <= 5))),
  constraint tasks_rest_state_check CHECK ((rest_state = ANY (ARRAY['cancelled'::text, 'failed'::text]))),
  constraint tasks_state_check CHECK ((state = ANY (ARRAY['awaiting_approval'::text, 'pending'::text, 'planning'::text, 'running'::text, 'pausing'::text, 'paused'::text, 'cancelling'::text, 'collecting'::text, 'cancelled'::text, 'failed'::text, 'done'::text]))),
  constraint tasks_task_type_check CHECK (((task_type >= 0) AND (task_type <= 9))),
  constraint tasks_window_size_check CHECK ((window_size > 0)),
  constraint tasks_pkey PRIMARY KEY (task_id)
);
CREATE INDEX tasks_at_work ON public.tasks USING btree (priority, task_id) WHERE ((state = ANY (ARRAY['planning'::text, 'running'::text, 'pausing'::text, 'cancelling'::text, 'collecting'::text])) OR (admitted AND ((state = 'pending'::text) OR ((state = 'paused'::text) AND (desired_state = 'run'::text)))));
CREATE INDEX tasks_awaiting_approval ON public.tasks USING btree (task_id) WHERE (state = 'awaiting_approval'::text);
CREATE INDEX tasks_create_time ON public.tasks USING btree (create_time);
CREATE INDEX tasks_creator ON public.tasks USING btree (created_by_login, task_id DESC);
CREATE INDEX tasks_described ON public.tasks USING btree (task_id DESC) WHERE (description IS NOT NULL);
CREATE INDEX tasks_ended ON public.tasks USING btree (end_time, task_id) INCLUDE (task_type, task_status) WHERE (end_time IS NOT NULL);
CREATE INDEX tasks_failed ON public.tasks USING btree (end_time) WHERE (state = 'failed'::text);
CREATE INDEX tasks_held ON public.tasks USING btree (task_id) WHERE held_by_maintenance;
CREATE UNIQUE INDEX tasks_idempotency_key ON public.tasks USING btree (created_by, idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX tasks_incomplete ON public.tasks USING btree (end_time) WHERE ((state = 'done'::text) AND (objects_failed > 0));
CREATE INDEX tasks_open ON public.tasks USING btree (task_id) WHERE (state <> ALL (ARRAY['cancelled'::text, 'failed'::text, 'done'::text]));
CREATE INDEX tasks_open_of_schedule ON public.tasks USING btree (schedule_id) WHERE ((schedule_id IS NOT NULL) AND (state <> ALL (ARRAY['cancelled'::text, 'failed'::text, 'done'::text])));
CREATE INDEX tasks_open_version_removals ON public.tasks USING btree (task_id) WHERE ((task_type = 4) AND ((content ->> 'target'::text) = ANY (ARRAY['face_descriptors'::text, 'event_descriptors'::text])) AND (state <> ALL (ARRAY['cancelled'::text, 'failed'::text, 'done'::text])));
CREATE INDEX tasks_released ON public.tasks USING btree (released_from) WHERE (released_from IS NOT NULL);
CREATE INDEX tasks_result_id ON public.tasks USING btree (result_id) WHERE (result_id IS NOT NULL);
CREATE INDEX tasks_schedule ON public.tasks USING btree (schedule_id, task_id DESC) WHERE (schedule_id IS NOT NULL);
CREATE UNIQUE INDEX tasks_scheduled ON public.tasks USING btree (schedule_id, scheduled_time) WHERE (schedule_id IS NOT NULL);
CREATE INDEX tasks_status ON public.tasks USING btree (task_status, task_id DESC);
CREATE INDEX tasks_type ON public.tasks USING btree (task_type, task_id DESC);
CREATE INDEX tasks_upgrade ON public.tasks USING btree (upgrade_id, upgrade_step) WHERE (upgrade_id IS NOT NULL);
CREATE INDEX tasks_waiting ON public.tasks USING btree (priority, task_id) WHERE ((state = 'pending'::text) AND (NOT admitted));
CREATE INDEX tasks_with_result ON public.tasks USING btree (end_time) WHERE ((result_id IS NOT NULL) AND (result_removed_time IS NULL));
CREATE INDEX tasks_words ON public.tasks USING gin (description gin_trgm_ops) WHERE (description IS NOT NULL);
CREATE TRIGGER tasks_added AFTER INSERT ON public.tasks REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tasks_changed();
CREATE TRIGGER tasks_emptied AFTER TRUNCATE ON public.tasks FOR EACH STATEMENT EXECUTE FUNCTION tasks_changed();
CREATE TRIGGER tasks_log_state AFTER UPDATE OF state ON public.tasks FOR EACH ROW WHEN ((new.state <> old.state)) EXECUTE FUNCTION log_task_state();
CREATE TRIGGER tasks_moved AFTER UPDATE ON public.tasks REFERENCING OLD TABLE AS gone NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tasks_changed();
CREATE TRIGGER tasks_notify_changed AFTER UPDATE ON public.tasks FOR EACH ROW WHEN (((new.task_status <> old.task_status) AND ((new.notification_policy -> 'statuses'::text) @> to_jsonb(new.task_status)))) EXECUTE FUNCTION queue_notification();
CREATE TRIGGER tasks_notify_created AFTER INSERT ON public.tasks FOR EACH ROW WHEN (((new.notification_policy -> 'statuses'::text) @> to_jsonb(new.task_status))) EXECUTE FUNCTION queue_notification();
CREATE TRIGGER tasks_removed AFTER DELETE ON public.tasks REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tasks_changed();

create table totp_secrets (
  account_id uuid not null,
  secret bytea not null,
  confirmed boolean default false not null,
  last_step bigint default 0 not null,
  constraint totp_secrets_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id) ON DELETE CASCADE,
  constraint totp_secrets_pkey PRIMARY KEY (account_id)
);

create table undo_skips (
  task_id bigint not null,
  part_no integer not null,
  object_id uuid not null,
  reason text not null,
  constraint undo_skips_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint undo_skips_pkey PRIMARY KEY (task_id, object_id)
);

create table undo_windows (
  task_id bigint not null,
  kept_for interval not null,
  undo_task bigint,
  undo_is_partial boolean default false not null,
  purge_task bigint,
  ended text,
  constraint undo_windows_ended_check CHECK ((ended = ANY (ARRAY['undone'::text, 'purged'::text]))),
  constraint undo_windows_purge_task_fkey FOREIGN KEY (purge_task) REFERENCES tasks(task_id) ON DELETE SET NULL,
  constraint undo_windows_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE,
  constraint undo_windows_undo_task_fkey FOREIGN KEY (undo_task) REFERENCES tasks(task_id) ON DELETE SET NULL,
  constraint undo_windows_pkey PRIMARY KEY (task_id)
);
CREATE INDEX undo_windows_open ON public.undo_windows USING btree (task_id) WHERE (ended IS NULL);

create table upgrade_steps (
  upgrade_id bigint not null,
  step_no integer not null,
  step text not null,
  state text not null,
  check_id bigint,
  report jsonb default '{}'::jsonb not null,
  reasons text[] default '{}'::text[] not null,
  due_time timestamp with time zone,
  start_time timestamp with time zone,
  end_time timestamp with time zone,
  decided_by text,
  constraint upgrade_steps_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'undecided'::text, 'done'::text]))),
  constraint upgrade_steps_step_check CHECK ((step = ANY (ARRAY['check'::text, 'extract'::text, 'verify'::text, 'switch'::text, 'watch'::text, 'remove'::text]))),
  constraint upgrade_steps_upgrade_id_fkey FOREIGN KEY (upgrade_id) REFERENCES upgrades(upgrade_id) ON DELETE CASCADE,
  constraint upgrade_steps_pkey PRIMARY KEY (upgrade_id, step_no)
);

create table upgrades (
  upgrade_id bigint generated always as identity not null,
  kind text not null,
  objects text[] not null,
  from_version integer not null,
  to_version integer not null,
  state text default 'running'::text not null,
  settings jsonb not null,
  created_by uuid,
  created_by_login text not null,
  create_time timestamp with time zone default now() not null,
  last_update_time timestamp with time zone default now() not null,
  end_time timestamp with time zone,
  constraint upgrades_check CHECK (((to_version > 0) AND (to_version <> from_version))),
  constraint upgrades_from_version_check CHECK ((from_version > 0)),
  constraint upgrades_kind_check CHECK ((kind = ANY (ARRAY['face'::text, 'body'::text]))),
  constraint upgrades_objects_check CHECK (((objects <@ ARRAY['faces'::text, 'events'::text]) AND (cardinality(objects) > 0))),
  constraint upgrades_state_check CHECK ((state = ANY (ARRAY['running'::text, 'waiting'::text, 'paused'::text, 'rolling_back'::text, 'rolled_back'::text, 'done'::text]))),
  constraint upgrades_pkey PRIMARY KEY (upgrade_id)
);
CREATE UNIQUE INDEX upgrades_open ON public.upgrades USING btree (kind) WHERE (state <> ALL (ARRAY['rolled_back'::text, 'done'::text]));

create table workers (
  worker_id uuid not null,
  queues text[] not null,
  beat_time timestamp with time zone default now() not null,
  version text,
  clock_offset_seconds double precision default 0 not null,
  extract_slots integer,
  settings jsonb,
  slowed jsonb,
  constraint workers_pkey PRIMARY KEY (worker_id)
);

CREATE OR REPLACE FUNCTION public.add_event_partition(from_time timestamp with time zone, to_time timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.announce_acknowledgement()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('luna_acknowledgements', coalesce(new.task_id, old.task_id)::text);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.announce_schedule()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('luna_schedules', coalesce(new.schedule_id, old.schedule_id)::text);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.are_empty(tables text[])
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  one text;
  is_used boolean;
begin
  foreach one in array tables loop
    execute format('select exists (select from %I)', one) into is_used;
    if is_used then return false; end if;
  end loop;
  return true;
end $function$;

CREATE OR REPLACE FUNCTION public.audit_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.begin_event_move(source text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.copy_event_rows(source text, most integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.drop_aside(task bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  aside text;
begin
  for aside in
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname ~ format('^aside_%s_[a-z_]+$', task)
  loop
    execute format('drop table %I', aside);
  end loop;
end $function$;

CREATE OR REPLACE FUNCTION public.drop_empty_event_partition(before timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.end_event_move(source text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ensure_descriptor_partition(parent text, version integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.ensure_event_partitions(ahead integer, length integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.error_reason(detail text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  reason text := detail;
begin
  -- Between quotation marks, where spaces belong to a path.
  reason := regexp_replace(reason, '(?<!\w)(?:''[^'']*[/\\][^'']*''|"[^"]*[/\\][^"]*")(?!\w)', '…', 'g');
  if strpos(reason, '://') > 0 then
    reason := regexp_replace(reason, '[a-z][a-z0-9+.-]*://[^\s''"<>]*[^\s''"<>:,;.)]', '…', 'gi');
  end if;
  -- An account at a host.
  if strpos(reason, '@') > 0 then
    reason := regexp_replace(reason, '[^\s''"(@]+@[^\s''"():,;@]+(?::\d+)?', '…', 'g');
  end if;
  -- What contains a UUID.
  reason := regexp_replace(reason,
    '[^\s''"(]*[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[^\s''"):,;]*', '…', 'gi');
  -- What ends in a query.
  if strpos(reason, '?') > 0 then
    reason := regexp_replace(reason, '[^\s''"(]*\?[\w.-]+=(?:[^\s''")]*[^\s''":,;.)])?', '…', 'g');
  end if;
  -- Paths of Windows, with a drive or a server.
  if strpos(reason, '\') > 0 then
    reason := regexp_replace(reason,
      '(?<!\w)[a-z]:\\(?:[^\\''"<>|:;,]+\\)*[^\\\s''"<>|:;,)]*|(?<![\w\\])\\\\[^\s''":;,)]+', '…', 'gi');
  end if;
  if strpos(reason, '/') > 0 then
    reason := regexp_replace(reason,
      '(?<!\w)(?:/[^\s''"):,;/]+)+/?|[\w.-]+(?:/[\w.-]+)+\.\w{2,5}\M', '…', 'g');
  end if;
  -- Names of files.
  if strpos(reason, '.') > 0 then
    reason := regexp_replace(reason, '[\w.#-]+\.(?:jpe?g|png|webp|tiff?|gif|avif|heic|bmp|onnx)\M', '…', 'gi');
  end if;
  -- IPv6 hosts, and times of a day.
  if strpos(reason, ':') > 0 then
    reason := regexp_replace(reason,
      '(?<![\w:])\[?[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}\]?(?::\d+)?(?!\w)', '…', 'gi');
  end if;
  reason := regexp_replace(reason,
    '0x[0-9a-f]+|[0-9a-f]{12,}|\m(?=[a-f]*\d)[0-9a-f]{8,}\M|\d+(?:[.,''_\u00a0\u202f]\d+)+|\d{4,}', '…', 'gi');
  return left(reason, 200);
end $function$;

CREATE OR REPLACE FUNCTION public.event_partitions()
 RETURNS TABLE(base text, partition text, low uuid, high uuid)
 LANGUAGE sql
 STABLE
AS $function$
  -- What a caller asks of the bounds may be looked at before the condition below; those of the default partition are no uuids.
  select base, partition, case when is_range then split_part(bounds, '''', 2)::uuid end,
    case when is_range then split_part(bounds, '''', 4)::uuid end
  from (
    select base, partition, bounds, bounds like 'FOR VALUES FROM (''%'') TO (''%'')' as is_range from (
      select p.relname::text as base, c.relname::text as partition, pg_get_expr(c.relpartbound, c.oid) as bounds
      from pg_partitioned_table k
        join pg_class p on p.oid = k.partrelid
        join pg_inherits i on i.inhparent = p.oid
        join pg_class c on c.oid = i.inhrelid
      where k.partstrat = 'r' and p.relnamespace = 'public'::regnamespace and p.relname ~ '^(events|event_descriptors_v\d+)$'
    ) described
  ) found
  where is_range
$function$;

CREATE OR REPLACE FUNCTION public.expire_audit(days integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.grant_partition(base text, partition text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  role name;
begin
  for role in
    select pg_get_userbyid(rights.grantee) from pg_class t, aclexplode(t.relacl) rights
    where t.oid = base::regclass and rights.privilege_type = 'DELETE' and rights.grantee not in (0, t.relowner)
  loop
    execute format('grant select, delete, truncate on %I to %I', partition, role);
  end loop;
end $function$;

CREATE OR REPLACE FUNCTION public.index_aside(task bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.iso_time(moment timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$function$;

CREATE OR REPLACE FUNCTION public.key_of_time(moment timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((lpad(to_hex((floor((EXTRACT(epoch FROM moment) * (1000)::numeric)))::bigint), 12, '0'::text) || repeat('0'::text, 20)))::uuid;

CREATE OR REPLACE FUNCTION public.log_task_state()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into task_log (task_id, state) values (new.task_id, new.state);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.make_aside(task bigint, tables text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.make_day_partition(parent text, base text, low uuid, high uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
    base || '_' || to_char(time_of_key(low) at time zone 'UTC', 'YYYYMMDD'), parent, low, high);
end $function$;

CREATE OR REPLACE FUNCTION public.make_first_partitions(parent text, base text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.mirror_event_row()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.mirror_event_truncate()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  execute format('truncate %I', tg_table_name || '_moving');
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.next_event_move()
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select c.relname::text from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and (c.relname = 'events'
    or c.relname ~ '^event_descriptors_v\d+$' and exists (select from pg_inherits i where i.inhrelid = c.oid and i.inhparent = 'event_descriptors'::regclass))
  order by c.relname desc limit 1
$function$;

CREATE OR REPLACE FUNCTION public.note_growth()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.grown := old.grown + new.expected - old.expected;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.queue_approval_notification()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  id uuid := gen_random_uuid();
  approval jsonb := jsonb_build_object(
    'state', new.state, 'cause', new.cause, 'count', new.preview -> 'count', 'is_exact', new.preview -> 'isExact',
    'ordered_by', new.ordered_by_login, 'order_time', iso_time(new.order_time), 'expire_time', iso_time(new.expire_time),
    'decided_by', new.decided_by_login, 'reason', new.reason);
  policy jsonb;
  task tasks;
  payload jsonb;
begin
  if new.task_id is not null then
    select * into task from tasks where task_id = new.task_id;
    policy := task.notification_policy;
    payload := jsonb_build_object('type', 'task.approval', 'task', task_payload(task));
  else
    select notification_policy, jsonb_build_object('type', 'schedule.approval', 'schedule', jsonb_build_object(
      'schedule_id', schedule_id, 'task_type', task_type, 'description', description, 'cron', cron, 'time_zone', time_zone))
    into policy, payload from schedules where schedule_id = new.schedule_id;
  end if;
  if policy is null or jsonb_typeof(policy) = 'null' then
    return null;
  end if;
  insert into notifications (notification_id, task_id, task_status, url, secret, payload)
  values (id, new.task_id, coalesce(task.task_status, 0), policy ->> 'url', policy ->> 'secret',
    payload || jsonb_build_object('notification_id', id, 'time', iso_time(now()), 'approval', approval));
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.queue_notification()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  id uuid := gen_random_uuid();
begin
  insert into notifications (notification_id, task_id, task_status, url, secret, payload)
  values (id, new.task_id, new.task_status,
    coalesce(new.notification_policy ->> 'url', ''), coalesce(new.notification_policy ->> 'secret', ''),
    jsonb_build_object('notification_id', id, 'type', 'task.status', 'time', iso_time(now()), 'task', task_payload(new)));
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'DELETE' and tg_table_name in ('audit', 'audit_seals') and exists (
    select from public.audit_expirations where xact = pg_current_xact_id_if_assigned() and expire_time = now()
  ) then
    return null;
  end if;
  raise exception 'the audit is append-only: % is refused', lower(tg_op) using errcode = 'insufficient_privilege';
end $function$;

CREATE OR REPLACE FUNCTION public.task_errors_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'TRUNCATE' then
    delete from task_error_blocks;
  elsif tg_op = 'INSERT' then
    insert into task_error_blocks (task_id, block, task_type, error_code, items)
    select task_id, error_id >> 12, task_type, error_code, count(*) from added
    group by grouping sets ((2, 3, 4), (1, 2, 3, 4));
  else
    insert into task_error_blocks (task_id, block, task_type, error_code, items)
    select task_id, error_id >> 12, task_type, error_code, -count(*) from gone
    group by grouping sets ((2, 3, 4), (1, 2, 3, 4));
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.task_payload(task tasks)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $function$
  select jsonb_build_object(
    'task_id', task.task_id,
    'task_type', task.task_type,
    'task_status', task.task_status,
    'state', task.state,
    'generation', task.generation,
    'description', task.description,
    'schedule_id', task.schedule_id,
    'create_time', iso_time(task.create_time),
    'end_time', iso_time(task.end_time),
    'objects_expected', task.objects_expected,
    'objects_done', task.objects_done,
    'objects_failed', task.objects_failed,
    'objects_skipped', task.objects_skipped,
    'result_id', task.result_id,
    'failure', task.failure)
$function$;

CREATE OR REPLACE FUNCTION public.tasks_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  changed text;
begin
  if tg_op = 'TRUNCATE' then
    delete from task_blocks;
    perform pg_notify('luna_tasks', '*');
    return null;
  elsif tg_op = 'INSERT' then
    insert into task_blocks (block, task_type, task_status, items)
    select task_id >> 12, task_type, task_status, count(*) from added group by 1, 2, 3;
    select case when count(*) <= 100 then string_agg(task_id::text, ',') else '*' end into changed from added;
  elsif tg_op = 'DELETE' then
    insert into task_blocks (block, task_type, task_status, items)
    select task_id >> 12, task_type, task_status, -count(*) from gone group by 1, 2, 3;
    select case when count(*) <= 100 then string_agg(task_id::text, ',') else '*' end into changed from gone;
  else
    insert into task_blocks (block, task_type, task_status, items)
    select task_id >> 12, task_type, task_status, sum(items) from (
      select task_id, task_type, task_status, 1 as items from added
      union all select task_id, task_type, task_status, -1 from gone
    ) moved group by 1, 2, 3 having sum(items) <> 0;
    select case when count(*) <= 100 then string_agg(task_id::text, ',') else '*' end into changed from added;
  end if;
  if changed is not null then
    perform pg_notify('luna_tasks', changed);
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.time_of_key(key uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN to_timestamp((((((('x'::text || substr(replace((key)::text, '-'::text, ''::text), 1, 12)))::bit(48))::bigint)::numeric / 1000.0))::double precision);

-- Changes of the default network, each with a workflow above its tasks.
create table upgrades (
  upgrade_id bigint generated always as identity primary key,
  kind text not null check (kind in ('face', 'body')),
  objects text[] not null check (objects <@ array['faces', 'events'] and cardinality(objects) > 0),
  from_version integer not null check (from_version > 0),
  to_version integer not null check (to_version > 0 and to_version <> from_version),
  state text not null default 'running'
    check (state in ('running', 'waiting', 'paused', 'rolling_back', 'rolled_back', 'done')),
  -- Rules and what its tasks get: domain/upgrades/upgrade.ts.
  settings jsonb not null,
  created_by uuid,
  created_by_login text not null,
  create_time timestamptz not null default now(),
  last_update_time timestamptz not null default now(),
  end_time timestamptz
);
-- One at a time of each kind; the reconciler and every gc of descriptors look at these.
create unique index upgrades_open on upgrades (kind) where state not in ('rolled_back', 'done');

-- A step that is repeated is another row.
create table upgrade_steps (
  upgrade_id bigint not null references upgrades on delete cascade,
  step_no integer not null,
  step text not null check (step in ('check', 'extract', 'verify', 'switch', 'watch', 'remove')),
  -- waiting: for an approval before it begins; undecided: it has ended, and what it found does not satisfy the rules.
  state text not null check (state in ('waiting', 'running', 'undecided', 'done')),
  check_id bigint,
  -- What it found: domain/upgrades/upgrade.ts.
  report jsonb not null default '{}',
  -- Sentences: why somebody has to decide.
  reasons text[] not null default '{}',
  due_time timestamptz,
  start_time timestamptz,
  end_time timestamptz,
  decided_by text,
  primary key (upgrade_id, step_no)
);

alter table tasks add column upgrade_id bigint, add column upgrade_step integer;
create index tasks_upgrade on tasks (upgrade_id, upgrade_step) where upgrade_id is not null;

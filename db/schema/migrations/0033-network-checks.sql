-- Checks of the networks of a version, which a worker makes; the last few of each are kept.
create table network_checks (
  check_id bigint generated always as identity primary key,
  version integer not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  -- Beginnings: a worker may be lost in the middle.
  attempts integer not null default 0,
  -- Runs of the networks, of how many; null: it has not come so far.
  runs_done integer,
  runs_expected integer,
  -- One for each network of the version, once it is done: domain/networks/report.ts.
  reports jsonb,
  failure jsonb,
  created_by uuid,
  created_by_login text not null,
  create_time timestamptz not null default now(),
  start_time timestamptz,
  end_time timestamptz
);
create index network_checks_of_version on network_checks (version, check_id desc);
-- One at a time of each version; the reconciler looks at these.
create unique index network_checks_open on network_checks (version) where state in ('waiting', 'running');

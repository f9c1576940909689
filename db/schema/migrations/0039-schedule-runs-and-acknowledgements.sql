-- How late a time may still be run after an outage of Temporal or the workers. `watched_until`: what became of every
-- time up to then is noted.
alter table schedules
  add column catch_up_window text not null default '10m',
  add column watched_until timestamptz;

-- What became of the times of schedules, and of runs by hand; the newest thousand of each schedule.
create table schedule_runs (
  run_id bigint generated always as identity primary key,
  schedule_id bigint not null references schedules on delete cascade,
  scheduled_time timestamptz not null,
  outcome text not null check (outcome in ('started', 'skipped', 'waiting', 'failed', 'missed')),
  -- When it came to that.
  run_time timestamptz not null default now(),
  task_id bigint,
  -- The earlier task that had not ended; or the time of the earlier run that began too late for this one.
  blocking_task_id bigint,
  blocking_time timestamptz,
  failure jsonb,
  -- Of a missed time; null: not known.
  reason text check (reason in ('workers_away', 'temporal_away')),
  away_from timestamptz,
  away_until timestamptz,
  -- Who ran it by hand; null: its time had come.
  login text
);
create unique index schedule_runs_once on schedule_runs (schedule_id, scheduled_time) where login is null;
create index schedule_runs_newest on schedule_runs (schedule_id, scheduled_time desc, run_id desc);

insert into schedule_runs (schedule_id, scheduled_time, outcome, run_time, task_id)
select schedule_id, scheduled_time, 'started', create_time, task_id
from (
  select t.schedule_id, t.scheduled_time, t.create_time, t.task_id,
    row_number() over (partition by t.schedule_id order by t.scheduled_time desc) place
  from tasks t join schedules using (schedule_id)
  where t.scheduled_time is not null
) made
where place <= 1000;

insert into schedule_runs (schedule_id, scheduled_time, outcome, run_time, task_id, failure)
select schedule_id, run_time, last_run ->> 'outcome', run_time, (last_run ->> 'task_id')::bigint,
  nullif(last_run -> 'failure', 'null')
from (select *, (last_run ->> 'scheduled_time')::timestamptz run_time from schedules where last_run is not null) s
on conflict do nothing;

update schedules set watched_until = greatest(
  last_update_time, (last_run ->> 'scheduled_time')::timestamptz,
  (select t.create_time from tasks t where t.task_id = (last_run ->> 'task_id')::bigint)
);

-- When a worker watched over schedules: the time between two rows is one without workers.
create table schedule_watches (
  begin_time timestamptz primary key,
  end_time timestamptz not null
);

-- A look at what was missed is no change that a page shows; a run is.
drop trigger schedules_announce_changed on schedules;
create trigger schedules_announce_changed
  after update of active, removed, revision, followed_revision, last_run on schedules
  for each row when (old.* is distinct from new.*) execute function announce_schedule();
create trigger schedule_runs_announce after insert or update on schedule_runs
  for each row execute function announce_schedule();

-- What admins have seen of the tasks that need attention; `item` says what is wrong, so that something new comes back.
create table acknowledgements (
  task_id bigint not null references tasks on delete cascade,
  item text not null,
  note text not null default '',
  login text not null,
  account_id uuid,
  ack_time timestamptz not null default now(),
  primary key (task_id, item)
);
create index acknowledgements_newest on acknowledgements (ack_time desc);

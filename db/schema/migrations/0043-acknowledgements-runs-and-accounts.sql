-- Home finds what failed and what is incomplete without the tasks that ended well. A million tasks take under a second.
create index tasks_failed on tasks (end_time) where state = 'failed';
create index tasks_incomplete on tasks (end_time) where state = 'done' and objects_failed > 0;

-- Announces the task of which an admin has seen what is wrong, for the pages that show it.
create function announce_acknowledgement() returns trigger language plpgsql as $$
begin
  perform pg_notify('luna_acknowledgements', coalesce(new.task_id, old.task_id)::text);
  return null;
end $$;
create trigger acknowledgements_announce after insert or delete on acknowledgements
  for each row execute function announce_acknowledgement();

-- Why a run that waited for the one before it was skipped in the end.
alter table schedule_runs
  drop constraint schedule_runs_reason_check,
  add constraint schedule_runs_reason_check check (reason in ('workers_away', 'temporal_away', 'stopped', 'changed'));
-- Runs that wait are few.
create index schedule_runs_waiting on schedule_runs (schedule_id) where outcome = 'waiting';
update schedule_runs r set outcome = 'skipped', reason = 'stopped'
from schedules s where s.schedule_id = r.schedule_id and r.outcome = 'waiting' and not s.active;
update schedules set last_run = jsonb_set(last_run, '{outcome}', '"skipped"')
where last_run ->> 'outcome' = 'waiting' and not active;

-- A form that was opened before another change of the account is refused.
alter table accounts add column revision integer not null default 1;

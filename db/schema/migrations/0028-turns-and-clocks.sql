-- How far a worker's clock is ahead of the database's, as it says with each beat.
alter table workers add column clock_offset_seconds double precision not null default 0;

-- A pending task waits for its turn until it is admitted: only then is its workflow started (db/turns.ts). Those that are
-- open now have theirs.
alter table tasks add column admitted boolean not null default false;
update tasks set admitted = true where state not in ('cancelled', 'failed', 'done');
-- The two conditions are those of db/turns.ts.
create index tasks_waiting on tasks (priority, task_id) where state = 'pending' and not admitted;
create index tasks_at_work on tasks (priority, task_id)
  where state in ('planning', 'running', 'pausing', 'cancelling', 'collecting')
    or (admitted and (state = 'pending' or (state = 'paused' and desired_state = 'run')));

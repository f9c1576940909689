-- The one switch that pauses everything. A pending task is held by not being admitted; one that is at work is paused, and
-- marked, so that the end of the maintenance resumes it and no task that an admin has paused.
create table maintenance (
  one boolean primary key default true check (one),
  active boolean not null default false,
  -- Counts them: a task that was resumed by hand in one is held by the next.
  number integer not null default 0,
  note text,
  start_time timestamptz,
  started_by text
);
insert into maintenance default values;

alter table tasks
  -- Paused by the maintenance and by nobody since.
  add column held_by_maintenance boolean not null default false,
  -- The number of the maintenance in which it was resumed by hand.
  add column released_from integer;
create index tasks_held on tasks (task_id) where held_by_maintenance;
create index tasks_released on tasks (released_from) where released_from is not null;

-- The list of one schedule's tasks. Those of an upgrade are few.
create index tasks_schedule on tasks (schedule_id, task_id desc) where schedule_id is not null;

-- How far tasks had come when, for their charts: a row every few seconds, and once a minute when a task is old.
create table task_samples (
  task_id bigint not null references tasks on delete cascade,
  sample_time timestamptz not null,
  handled bigint not null,
  primary key (task_id, sample_time)
);

-- Objects that were dealt with (error_code 0) and errors, by the minute, over all tasks.
create table activity (
  minute timestamptz not null,
  task_type smallint not null,
  error_code integer not null,
  items bigint not null,
  primary key (minute, task_type, error_code)
);

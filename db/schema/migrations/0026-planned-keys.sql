-- The objects that a part of an extract was planned for, by key, some hundred a row: the batches read them here, so an
-- object that loses the descriptor by which it was selected is extracted all the same. They go when the part is walked.
create table planned_keys (
  task_id bigint not null,
  part_no integer not null,
  to_key uuid not null,
  keys uuid[] not null,
  primary key (task_id, part_no, to_key),
  foreign key (task_id, part_no) references subtasks on delete cascade
);
-- Keys made at once begin alike, but compressing them gains little and takes longer than writing them.
alter table planned_keys alter column keys set storage external;

-- Of an extract that ended before it was planned to its end: a gc has removed its default version since, so whoever
-- retries it finds the rest by their samples.
alter table tasks add column default_version_removed boolean not null default false;

-- Whether a version is being removed is asked each time an extract is made.
create index tasks_open_version_removals on tasks (task_id)
  where task_type = 4 and content ->> 'target' in ('face_descriptors', 'event_descriptors')
    and state not in ('cancelled', 'failed', 'done');

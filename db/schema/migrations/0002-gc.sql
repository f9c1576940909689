-- Image origins whose rows are gone and whose images are still to be removed where they lie: the outbox of gc. A row
-- goes with the answer that its image is gone; one that was refused stays, for a retry of the task.
create table origin_removals (
  task_id bigint not null references tasks on delete cascade,
  object_id uuid not null,
  origin_no integer not null,
  part_no integer not null,
  url text not null,
  state text not null default 'pending' check (state in ('pending', 'refused')),
  attempts integer not null default 0,
  next_attempt_time timestamptz not null default now(),
  last_error text,
  primary key (task_id, object_id, origin_no)
);
create index origin_removals_due on origin_removals (task_id, part_no, next_attempt_time) where state = 'pending';

-- The part is a whole partition, and may be emptied at once.
alter table subtasks add column whole boolean not null default false;

-- How many parts of extracts the process can work on at once; null: it serves none, or is of the release before.
alter table workers add column extract_slots integer;

-- The window that the task's workflow was told last, where it follows the workers.
alter table tasks add column told_window integer;

-- A part that is done is added to its task's sums once. Until then, and from its first claim on, the index finds it; a
-- batch changes none of the columns that the index depends on, so that its update stays within the page.
alter table subtasks
  add column folded boolean not null default false,
  add column grown integer not null default 0;
create index subtasks_to_sum on subtasks (task_id) where attempt > 0 and not folded;
-- Half begun and half not folded is a quarter, as far as the planner knew: it started parallel workers for ten rows, 20 ms.
create statistics subtasks_begun (mcv) on attempt, folded from subtasks;

-- Sums of the parts that are folded. `grown`: objects beyond those that were expected when the parts were planned.
-- `recent` stands as it was when the task's running clock stood at `recent_at_ms`.
create table task_sums (
  task_id bigint primary key references tasks on delete cascade,
  parts_done integer not null,
  grown bigint not null,
  done bigint not null,
  failed bigint not null,
  skipped bigint not null,
  samples_removed bigint not null,
  samples_left bigint not null default 0,
  origins_removed bigint not null,
  recent double precision not null,
  recent_at_ms bigint not null,
  last_update_time timestamptz not null
);

-- Whoever changes what a part is expected to have, also a process of the release before.
create function note_growth() returns trigger language plpgsql as $$
begin
  new.grown := old.grown + new.expected - old.expected;
  return new;
end $$;
create trigger subtasks_grow before update of expected on subtasks
  for each row when (new.expected <> old.expected) execute function note_growth();

-- From here on the growth stands beside what was planned; what has grown before is counted as planned.
update tasks t set objects_expected = s.expected
from (
  select p.task_id, sum(p.expected)::bigint expected from subtasks p join tasks o using (task_id)
  where o.state not in ('cancelled', 'failed', 'done') group by p.task_id
) s
where t.task_id = s.task_id and s.expected > t.objects_expected;

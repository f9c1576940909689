-- What a task's history tells besides the acts of people: the states that it came to, and parts whose attempt was lost.
create table task_log (
  task_id bigint not null references tasks on delete cascade,
  line_id bigint generated always as identity,
  line_time timestamptz not null default now(),
  state text,
  part_no integer,
  attempt integer,
  primary key (task_id, line_id),
  check ((state is null) <> (part_no is null))
);

-- With the owner's rights, as in migration 0018: a process of the release before goes on moving tasks.
create function log_task_state() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into task_log (task_id, state) values (new.task_id, new.state);
  return null;
end $$;

create trigger tasks_log_state after update of state on tasks
  for each row when (new.state <> old.state) execute function log_task_state();

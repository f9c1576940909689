-- How many tasks and errors lie in each block of 4,096 ids, so that a page deep in a list is found, and a list is
-- counted, without walking what lies before it (docs/decisions: pages are found by blocks). Rows are differences that
-- are added up: nobody waits for anybody's row, and a snapshot sees a difference exactly when it sees what made it.
-- The reconciler merges them.
create table task_blocks (
  entry_id bigint generated always as identity primary key,
  block bigint not null,
  task_type smallint not null,
  task_status smallint not null,
  items bigint not null
);

-- Each difference twice: for its task, and without one for the errors of all tasks.
create table task_error_blocks (
  entry_id bigint generated always as identity primary key,
  task_id bigint,
  block bigint not null,
  task_type smallint not null,
  error_code integer not null,
  items bigint not null
);
create index task_error_blocks_task on task_error_blocks (task_id);

-- Also announces the tasks that changed. A batch changes parts alone, so no batch waits for the lock of NOTIFY.
create function tasks_changed() returns trigger language plpgsql as $$
declare
  changed text;
begin
  if tg_op = 'TRUNCATE' then
    delete from task_blocks;
    perform pg_notify('luna_tasks', '*');
    return null;
  elsif tg_op = 'INSERT' then
    insert into task_blocks (block, task_type, task_status, items)
    select task_id >> 12, task_type, task_status, count(*) from added group by 1, 2, 3;
    select case when count(*) <= 100 then string_agg(task_id::text, ',') else '*' end into changed from added;
  elsif tg_op = 'DELETE' then
    insert into task_blocks (block, task_type, task_status, items)
    select task_id >> 12, task_type, task_status, -count(*) from gone group by 1, 2, 3;
    select case when count(*) <= 100 then string_agg(task_id::text, ',') else '*' end into changed from gone;
  else
    insert into task_blocks (block, task_type, task_status, items)
    select task_id >> 12, task_type, task_status, sum(items) from (
      select task_id, task_type, task_status, 1 as items from added
      union all select task_id, task_type, task_status, -1 from gone
    ) moved group by 1, 2, 3 having sum(items) <> 0;
    select case when count(*) <= 100 then string_agg(task_id::text, ',') else '*' end into changed from added;
  end if;
  if changed is not null then
    perform pg_notify('luna_tasks', changed);
  end if;
  return null;
end $$;

create function task_errors_changed() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    delete from task_error_blocks;
  elsif tg_op = 'INSERT' then
    insert into task_error_blocks (task_id, block, task_type, error_code, items)
    select task_id, error_id >> 12, task_type, error_code, count(*) from added
    group by grouping sets ((2, 3, 4), (1, 2, 3, 4));
  else
    insert into task_error_blocks (task_id, block, task_type, error_code, items)
    select task_id, error_id >> 12, task_type, error_code, -count(*) from gone
    group by grouping sets ((2, 3, 4), (1, 2, 3, 4));
  end if;
  return null;
end $$;

create trigger tasks_added after insert on tasks
  referencing new table as added for each statement execute function tasks_changed();
create trigger tasks_moved after update on tasks
  referencing old table as gone new table as added for each statement execute function tasks_changed();
create trigger tasks_removed after delete on tasks
  referencing old table as gone for each statement execute function tasks_changed();
create trigger tasks_emptied after truncate on tasks for each statement execute function tasks_changed();
create trigger task_errors_added after insert on task_errors
  referencing new table as added for each statement execute function task_errors_changed();
create trigger task_errors_removed after delete on task_errors
  referencing old table as gone for each statement execute function task_errors_changed();
create trigger task_errors_emptied after truncate on task_errors
  for each statement execute function task_errors_changed();

insert into task_blocks (block, task_type, task_status, items)
select task_id >> 12, task_type, task_status, count(*) from tasks group by 1, 2, 3;
insert into task_error_blocks (task_id, block, task_type, error_code, items)
select task_id, error_id >> 12, task_type, error_code, count(*) from task_errors
group by grouping sets ((2, 3, 4), (1, 2, 3, 4));

-- What a part dealt with lately: a count that fades with the task's running clock (domain/tasks/rate.ts).
alter table subtasks
  add column recent double precision not null default 0,
  add column recent_at_ms bigint not null default 0;

-- Removals that wait for a second administrator: the state awaiting_approval, which the contract shows as pending.
alter table tasks drop constraint tasks_state_check;
alter table tasks add constraint tasks_state_check check (state in ('awaiting_approval', 'pending', 'planning', 'running',
  'pausing', 'paused', 'cancelling', 'collecting', 'cancelled', 'failed', 'done'));

-- A generated column cannot be changed: it is made again, with what hangs on it.
drop trigger tasks_notify_changed on tasks;
drop trigger tasks_notify_created on tasks;
drop index tasks_status, tasks_ended;
alter table tasks drop column task_status;
alter table tasks add column task_status smallint generated always as (case state
  when 'awaiting_approval' then 0 when 'pending' then 0 when 'cancelled' then 2 when 'failed' then 3 when 'collecting' then 4
  when 'done' then 5 else 1 end) stored not null;
create index tasks_status on tasks (task_status, task_id desc);
create index tasks_ended on tasks (end_time, task_id) include (task_type, task_status) where end_time is not null;
create trigger tasks_notify_created after insert on tasks for each row
  when (new.notification_policy -> 'statuses' @> to_jsonb(new.task_status)) execute function queue_notification();
create trigger tasks_notify_changed after update on tasks for each row
  when (new.task_status <> old.task_status and new.notification_policy -> 'statuses' @> to_jsonb(new.task_status))
  execute function queue_notification();
create index tasks_awaiting_approval on tasks (task_id) where state = 'awaiting_approval';

-- The engine plans and processes no more objects than were approved, or than need no approval; null: there is no such limit.
alter table tasks add column objects_limit bigint;
-- Its schedule was approved: a retry is, too.
alter table tasks add column by_approved_schedule boolean not null default false;

alter table schedules
  -- Null: none was needed when it was made or changed. Only null and approved make tasks.
  add column approval text check (approval in ('waiting', 'approved', 'refused')),
  -- Whose order its removals are.
  add column changed_by uuid,
  add column changed_by_login text;

create table approvals (
  approval_id bigint generated always as identity primary key,
  -- One of these.
  task_id bigint references tasks on delete cascade,
  schedule_id bigint references schedules on delete cascade,
  state text not null default 'waiting' check (state in ('waiting', 'approved', 'rejected', 'expired', 'withdrawn')),
  cause text not null check (cause in ('version', 'everything', 'objects', 'uncounted')),
  -- What was selected when it was ordered: count, isExact, oldest, newest, and until it is decided some objects.
  preview jsonb not null,
  -- What an approver has seen and approved; null: it could not be counted in time.
  approved_count bigint,
  ordered_by uuid,
  ordered_by_login text not null,
  order_time timestamptz not null default now(),
  expire_time timestamptz not null,
  decided_by uuid,
  decided_by_login text,
  decide_time timestamptz,
  reason text,
  check ((task_id is null) <> (schedule_id is null))
);
create unique index approvals_waiting_task on approvals (task_id) where state = 'waiting';
create unique index approvals_waiting_schedule on approvals (schedule_id) where state = 'waiting';
create index approvals_of_task on approvals (task_id, approval_id desc) where task_id is not null;
create index approvals_of_schedule on approvals (schedule_id, approval_id desc) where schedule_id is not null;
create index approvals_due on approvals (expire_time) where state = 'waiting';

create function task_payload(task tasks) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'task_id', task.task_id,
    'task_type', task.task_type,
    'task_status', task.task_status,
    'state', task.state,
    'generation', task.generation,
    'description', task.description,
    'schedule_id', task.schedule_id,
    'create_time', iso_time(task.create_time),
    'end_time', iso_time(task.end_time),
    'objects_expected', task.objects_expected,
    'objects_done', task.objects_done,
    'objects_failed', task.objects_failed,
    'objects_skipped', task.objects_skipped,
    'result_id', task.result_id,
    'failure', task.failure)
$$;

create or replace function queue_notification() returns trigger language plpgsql as $$
declare
  id uuid := gen_random_uuid();
begin
  insert into notifications (notification_id, task_id, task_status, url, secret, payload)
  values (id, new.task_id, new.task_status,
    coalesce(new.notification_policy ->> 'url', ''), coalesce(new.notification_policy ->> 'secret', ''),
    jsonb_build_object('notification_id', id, 'type', 'task.status', 'time', iso_time(now()), 'task', task_payload(new)));
  return null;
end $$;

-- Receivers of a task or schedule hear of its approval, too, whatever statuses they want.
create function queue_approval_notification() returns trigger language plpgsql as $$
declare
  id uuid := gen_random_uuid();
  approval jsonb := jsonb_build_object(
    'state', new.state, 'cause', new.cause, 'count', new.preview -> 'count', 'is_exact', new.preview -> 'isExact',
    'ordered_by', new.ordered_by_login, 'order_time', iso_time(new.order_time), 'expire_time', iso_time(new.expire_time),
    'decided_by', new.decided_by_login, 'reason', new.reason);
  policy jsonb;
  task tasks;
  payload jsonb;
begin
  if new.task_id is not null then
    select * into task from tasks where task_id = new.task_id;
    policy := task.notification_policy;
    payload := jsonb_build_object('type', 'task.approval', 'task', task_payload(task));
  else
    select notification_policy, jsonb_build_object('type', 'schedule.approval', 'schedule', jsonb_build_object(
      'schedule_id', schedule_id, 'task_type', task_type, 'description', description, 'cron', cron, 'time_zone', time_zone))
    into policy, payload from schedules where schedule_id = new.schedule_id;
  end if;
  if policy is null or jsonb_typeof(policy) = 'null' then
    return null;
  end if;
  insert into notifications (notification_id, task_id, task_status, url, secret, payload)
  values (id, new.task_id, coalesce(task.task_status, 0), policy ->> 'url', policy ->> 'secret',
    payload || jsonb_build_object('notification_id', id, 'time', iso_time(now()), 'approval', approval));
  return null;
end $$;

create trigger approvals_notify_ordered after insert on approvals for each row
  execute function queue_approval_notification();
create trigger approvals_notify_decided after update of state on approvals for each row when (new.state <> old.state)
  execute function queue_approval_notification();

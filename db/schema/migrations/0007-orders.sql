-- The audit is written, never rewritten. Even the owner of the table has to disable the trigger first, which
-- the service's own role may not; ALWAYS: it fires in replica mode too.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is append-only: % is refused', lower(tg_op) using errcode = 'insufficient_privilege';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function refuse_audit_change();
alter table audit enable always trigger audit_append_only;
create index audit_action on audit (action, audit_id desc);

-- A role that may not make tables needs partitions of new descriptor versions all the same.
create function ensure_descriptor_partition(parent text, version integer) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if parent not in ('face_descriptors', 'event_descriptors') then
    raise exception 'no table of descriptors: %', parent;
  end if;
  perform pg_advisory_xact_lock(5010530);
  execute format('create table if not exists %I partition of %I for values in (%s)',
    parent || '_v' || version, parent, version);
end $$;

-- A revision is one state of the row; followed_revision is the one that Temporal's schedule was last made from.
-- A removed schedule stays until Temporal's is gone too.
alter table schedules
  add column objects_per_second integer check (objects_per_second > 0),
  add column error_budget double precision check (error_budget >= 0 and error_budget <= 1),
  add column revision integer not null default 1,
  add column followed_revision integer,
  add column removed boolean not null default false,
  add column last_run jsonb;

-- One task at most for each time of a schedule, however often its activity runs.
alter table tasks add column scheduled_time timestamptz;
create unique index tasks_scheduled on tasks (schedule_id, scheduled_time) where schedule_id is not null;
create index tasks_open_of_schedule on tasks (schedule_id)
  where schedule_id is not null and state not in ('cancelled', 'failed', 'done');

-- Whoever changes a task's status, in whichever transaction: what its notification_policy asks for is queued in it.
alter table notifications
  add column task_status smallint not null,
  add column secret text not null;
create index notifications_of_task on notifications (task_id, create_time desc, notification_id);
drop index notifications_task;

create function queue_notification() returns trigger language plpgsql as $$
declare
  id uuid := gen_random_uuid();
begin
  insert into notifications (notification_id, task_id, task_status, url, secret, payload)
  values (id, new.task_id, new.task_status,
    coalesce(new.notification_policy ->> 'url', ''), coalesce(new.notification_policy ->> 'secret', ''),
    jsonb_build_object(
      'notification_id', id,
      'type', 'task.status',
      'time', iso_time(now()),
      'task', jsonb_build_object(
        'task_id', new.task_id,
        'task_type', new.task_type,
        'task_status', new.task_status,
        'state', new.state,
        'generation', new.generation,
        'description', new.description,
        'schedule_id', new.schedule_id,
        'create_time', iso_time(new.create_time),
        'end_time', iso_time(new.end_time),
        'objects_expected', new.objects_expected,
        'objects_done', new.objects_done,
        'objects_failed', new.objects_failed,
        'objects_skipped', new.objects_skipped,
        'result_id', new.result_id,
        'failure', new.failure)));
  return null;
end $$;

create function iso_time(moment timestamptz) returns text language sql stable as $$
  select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

create trigger tasks_notify_created after insert on tasks for each row
  when (new.notification_policy -> 'statuses' @> to_jsonb(new.task_status))
  execute function queue_notification();
create trigger tasks_notify_changed after update on tasks for each row
  when (new.task_status <> old.task_status
    and new.notification_policy -> 'statuses' @> to_jsonb(new.task_status))
  execute function queue_notification();

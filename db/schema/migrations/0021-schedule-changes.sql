-- Announces the schedules that changed, for the pages that show them; db/taskChanges.ts hears it. They change seldom:
-- the lock of NOTIFY is waited for by nobody.
create function announce_schedule() returns trigger language plpgsql as $$
begin
  perform pg_notify('luna_schedules', coalesce(new.schedule_id, old.schedule_id)::text);
  return null;
end $$;

create trigger schedules_announce after insert or delete on schedules
  for each row execute function announce_schedule();
create trigger schedules_announce_changed after update on schedules
  for each row when (old.* is distinct from new.*) execute function announce_schedule();

-- A gc that selects a whole partition truncates it, which only the partition's own rights can allow: whoever may
-- delete from the parent may read and truncate the partitions, whoever makes them.
create or replace function ensure_descriptor_partition(parent text, version integer) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  partition text := parent || '_v' || version;
  role name;
begin
  if parent not in ('face_descriptors', 'event_descriptors') then
    raise exception 'no table of descriptors: %', parent;
  end if;
  perform pg_advisory_xact_lock(5010530);
  execute format('create table if not exists %I partition of %I for values in (%s)', partition, parent, version);
  for role in
    select pg_get_userbyid(rights.grantee) from pg_class t, aclexplode(t.relacl) rights
    where t.oid = parent::regclass and rights.privilege_type = 'DELETE' and rights.grantee not in (0, t.relowner)
  loop
    execute format('grant select, truncate on %I to %I', partition, role);
  end loop;
end $$;

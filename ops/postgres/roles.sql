-- Run once as the superuser, when PostgreSQL of docker-compose.yml starts on an empty volume; docs/operations.md says how to
-- run it again. Three roles: the owner of the tables, for migrations; the service, which npm run migrate gives its rights to
-- rows; Temporal. Their passwords are files.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['luna_owner', 'luna_service', 'temporal'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I login', role_name);
    end if;
    execute format(
      'alter role %I password %L',
      role_name,
      rtrim(pg_read_file('/run/secrets/' || role_name || '_password'), E'\n')
    );
  end loop;
end
$$;

create database luna_admin owner luna_owner;
create database temporal owner temporal;
create database temporal_visibility owner temporal;

-- Otherwise each role could connect to the databases of the others.
revoke all on database luna_admin, temporal, temporal_visibility, postgres from public;
grant connect, temporary on database luna_admin to luna_service;

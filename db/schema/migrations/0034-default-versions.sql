-- The version that objects must have to be extracted anew, and that an import makes, once somebody has switched it: until
-- then it is what DEFAULT_DESCRIPTOR_VERSION and DEFAULT_BODY_DESCRIPTOR_VERSION say.
create table default_versions (
  kind text primary key check (kind in ('face', 'body')),
  version integer not null check (version > 0),
  switched_time timestamptz not null default now(),
  switched_by text not null
);

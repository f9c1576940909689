-- A file of a removed sample is counted when it is gone. Until then its tombstone knows whose it was, and what came of
-- the last try; one that was refused makes its object a task error.
alter table sample_tombstones
  -- Whose file it was: the part that removed its rows, and the object. Null: an import's, or of an older release.
  add column part_no integer,
  add column object_id uuid,
  add column state text not null default 'pending' check (state in ('pending', 'refused')),
  add column attempts integer not null default 0,
  add column next_attempt_time timestamptz not null default now(),
  add column last_error text;
drop index sample_tombstones_task;
create index sample_tombstones_part on sample_tombstones (task_id, part_no, object_id);
create index sample_tombstones_refused on sample_tombstones (create_time) where state = 'refused';

-- Samples whose objects a task removed without them.
alter table subtasks add column samples_left bigint not null default 0;
alter table tasks add column samples_left bigint not null default 0;

-- How many samples have no owner: counted a stretch at a time by the reconciler, round after round. One row.
create table ownerless_samples (
  -- Where the round has come to; null: it begins.
  cursor uuid,
  found bigint not null default 0,
  -- What the last whole round found; null: none was whole yet.
  total bigint,
  total_time timestamptz,
  is_only boolean primary key default true check (is_only)
);
insert into ownerless_samples default values;

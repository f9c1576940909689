-- Which folder of samples is this database's: the folder keeps the same id in a file (imagestore/mark.ts). One row.
create table sample_store (
  store_id uuid not null default gen_random_uuid(),
  -- When a folder got the id; null: none has it yet.
  marked_time timestamptz,
  is_only boolean primary key default true check (is_only)
);
insert into sample_store default values;

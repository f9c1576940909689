alter table tasks
  -- When the ids of its result were removed because they were old; null: they were not.
  add column result_removed_time timestamptz,
  -- Its rows are being removed because they are old: nobody may act on it any more.
  add column is_leaving boolean not null default false;
create index tasks_with_result on tasks (end_time) where result_id is not null and result_removed_time is null;

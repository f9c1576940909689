-- A retry may be of the objects with one error alone; null: of all that failed.
alter table subtasks add column retry_code integer;

-- Those of a worker's settings that every process needs alike, by name; null: a worker of before.
alter table workers add column settings jsonb;

-- Why a worker's parts rest between their batches: reason and since; null: they do not.
alter table workers add column slowed jsonb;

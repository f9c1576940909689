-- Words of descriptions are found anywhere in them; this index tells the few tasks that may have them. Where the owner of
-- the tables may not create the extension, they are found without it, by reading all descriptions (docs/operations.md).
do $$ begin
  create extension if not exists pg_trgm;
  create index tasks_words on tasks using gin (description gin_trgm_ops) where description is not null;
exception when insufficient_privilege or feature_not_supported or undefined_file then
  raise notice 'pg_trgm cannot be created: %', sqlerrm;
end $$;

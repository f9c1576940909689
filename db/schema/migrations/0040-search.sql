-- Search from everywhere finds faces and events by the beginning of their texts. Whatever the collation of the database,
-- text_pattern_ops serves equality and "like 'x%'". They replace the plain indexes. Each takes 2 to 3 s per million rows to
-- build.
-- Words inside user data have no index: trigrams made the same insert take 13 s, and their index took 117 MB per
-- million faces. db/search looks for words among the newest objects instead.
drop index faces_external_id;
drop index faces_user_data;
drop index events_external_id;
drop index events_user_data;
drop index events_source;
drop index events_track_id;
create index faces_external_id on faces (external_id text_pattern_ops, face_id) where external_id <> '';
create index faces_user_data on faces (user_data text_pattern_ops, face_id) where user_data <> '';
create index events_external_id on events (external_id text_pattern_ops, event_id) where external_id <> '';
create index events_user_data on events (user_data text_pattern_ops, event_id) where user_data <> '';
create index events_source on events (source text_pattern_ops, event_id) where source <> '';
create index events_track_id on events (track_id text_pattern_ops, event_id) where track_id <> '';

-- 100,000 samples take 2.3 s to insert instead of 1.6 s: a tenth more for a face as a whole.
create index samples_sample_id on samples (sample_id);
-- Result ids are written once, at a task's end.
create index tasks_result_id on tasks (result_id) where result_id is not null;

-- What an error says without what is of its object alone (ids, addresses, paths, long numbers), so that errors can be
-- grouped by reason. 100,000 errors take 9.9 s to insert instead of 7.7 s with this column and the three indexes below;
-- a million that are there take 44 s to write anew.
alter table task_errors add column reason text not null generated always as (
  left(regexp_replace(regexp_replace(detail,
    '[^\s''"(]*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[^\s''"):,;]*|(?<!\w)(\w+:/)?(/[^\s''"):,;/]+)+/?', '…', 'gi'),
    '[0-9a-f]{12,}|\d{4,}', '…', 'gi'), 200)) stored;
create index task_errors_unresolved on task_errors (error_code, reason, error_id) include (task_id)
  where overcome_time is null;
create index task_errors_resolved on task_errors (error_code, reason, error_id) include (task_id)
  where overcome_time is not null;
-- Of one face or event, whichever task they are of.
create index task_errors_of_object on task_errors (object_id, error_id desc) where object_id is not null;

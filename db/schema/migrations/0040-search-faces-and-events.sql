-- Search from everywhere finds faces and events by the beginning of their texts. Whatever the collation of the database,
-- text_pattern_ops serves equality and "like 'x%'". They replace the plain indexes. Each takes 2 to 3 s per million rows to
-- build.
-- Words inside user data have no index: trigrams made the same insert take 13 s, and their index took 117 MB per
-- million faces. db/search looks for words among the newest objects instead.
-- The old ones go at the end: until then faces and events can be read, and are locked against changes alone.
create index faces_external_id_new on faces (external_id text_pattern_ops, face_id) where external_id <> '';
create index faces_user_data_new on faces (user_data text_pattern_ops, face_id) where user_data <> '';
create index events_external_id_new on events (external_id text_pattern_ops, event_id) where external_id <> '';
create index events_user_data_new on events (user_data text_pattern_ops, event_id) where user_data <> '';
create index events_source_new on events (source text_pattern_ops, event_id) where source <> '';
create index events_track_id_new on events (track_id text_pattern_ops, event_id) where track_id <> '';
drop index faces_external_id;
alter index faces_external_id_new rename to faces_external_id;
drop index faces_user_data;
alter index faces_user_data_new rename to faces_user_data;
drop index events_external_id;
alter index events_external_id_new rename to events_external_id;
drop index events_user_data;
alter index events_user_data_new rename to events_user_data;
drop index events_source;
alter index events_source_new rename to events_source;
drop index events_track_id;
alter index events_track_id_new rename to events_track_id;

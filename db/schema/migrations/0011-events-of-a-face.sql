-- The page of a face shows the events that it was seen in.
create index events_face on events (face_id, event_id) where face_id is not null;

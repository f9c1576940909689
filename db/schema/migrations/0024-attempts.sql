-- Who works on a part, or did last; when it was begun or committed a batch last (null: it rests, because somebody wants
-- it to); how many attempts have ended in a failure since.
alter table subtasks
  add column worker text,
  add column checkpoint_time timestamptz,
  add column failed_attempts integer not null default 0;
update subtasks set checkpoint_time = last_update_time where state = 'running';

-- Since when a task cannot plan, for the reason in its failure.
alter table tasks add column stuck_since timestamptz;

-- How a part's attempt ended without ending the part. Neighbouring ends of a part that are equal are one line.
alter table task_log
  add column outcome text check (outcome in ('lost', 'failed', 'given_back')),
  add column worker text,
  add column failure jsonb,
  add column repeats integer not null default 1;
-- Without an outcome it is a line of the release before: this attempt began after a lost one.
alter table task_log drop constraint task_log_check,
  add constraint task_log_check check ((state is null) <> (part_no is null) and (outcome is null or part_no is not null));
create index task_log_part on task_log (task_id, part_no, line_id) where part_no is not null;

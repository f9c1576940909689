-- Set by a retry of failed objects alone, which leaves out what did not end: what the task is again after it.
alter table tasks add column rest_state text check (rest_state in ('cancelled', 'failed'));

-- A throttle waits for nobody to take it: each batch reads the rate.
update tasks set asked_action = null, asked_time = null where asked_action = 'throttle';
alter table tasks drop constraint tasks_asked_action_check,
  add constraint tasks_asked_action_check check (asked_action in ('cancel', 'pause', 'resume', 'retry'));

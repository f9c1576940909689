-- Whether the part's range holds far more rows than the task selects of it (docs/decisions/0012).
alter table subtasks add column sparse boolean not null default false;

-- What an admin has asked last and the task has not taken yet; how long that takes is measured.
alter table tasks add column asked_action text
  check (asked_action in ('cancel', 'pause', 'resume', 'retry', 'throttle')),
  add column asked_time timestamptz;

-- Which processes take work at this moment: each writes a beat every few seconds as long as it polls.
create table workers (
  worker_id uuid primary key,
  queues text[] not null,
  beat_time timestamptz not null default now()
);

-- How far the audit was sent to each receiver (decision 0051). Seals have no gap, so one number is enough.
create table audit_feeds (
  feed text primary key check (feed in ('webhook', 'file')),
  -- Up to here everything has been received.
  seal bigint not null default 0,
  head_id bigint not null default 0,
  sent_time timestamptz,
  -- The process that sends now, and until when the others leave it to it.
  holder uuid,
  held_until timestamptz not null default '-infinity',
  -- Of the last attempt, if it failed.
  fault text,
  failures integer not null default 0,
  next_time timestamptz not null default '-infinity'
);

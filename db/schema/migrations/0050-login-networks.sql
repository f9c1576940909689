-- From where an account has logged in: failures elsewhere do not delay a log-in from there.
create table login_networks (
  account_id uuid not null references accounts on delete cascade,
  network text not null,
  last_time timestamptz not null default now(),
  primary key (account_id, network)
);

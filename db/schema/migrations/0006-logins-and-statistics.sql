-- Wrong log-ins by network, all processes together. Columns and their order are the library's (rate-limiter-flexible).
create table login_limits (
  key text primary key,
  points integer not null default 0,
  expire bigint
);

-- Runs of each network by calendar month, for the system information.
create table estimator_stats (
  month date not null,
  name text not null,
  count bigint not null default 0,
  primary key (month, name)
);

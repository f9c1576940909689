-- A disabled account is kept, with everything that is its own, and nobody can use it.
-- A password that another person has chosen or seen must be changed at the first log-in on pages.
alter table accounts
  add column disabled boolean not null default false,
  add column must_change_password boolean not null default false;

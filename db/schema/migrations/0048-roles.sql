-- What an account of type admin may do. Those that there are may do everything, as before.
alter table accounts
  add column role text not null default 'admin' check (role in ('viewer', 'operator', 'auditor', 'admin')),
  add column sees_pictures boolean not null default false;

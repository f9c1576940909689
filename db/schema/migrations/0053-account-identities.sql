-- Who an account is at an OpenID provider. A managed account was made at the first log-in from there, and its role
-- follows its groups there; another one was connected by its owner and keeps its own role.
create table account_identities (
  issuer text not null,
  subject text not null,
  account_id uuid not null references accounts (account_id) on delete cascade,
  managed boolean not null,
  create_time timestamptz not null default now(),
  last_login_time timestamptz,
  primary key (issuer, subject)
);
create index account_identities_account on account_identities (account_id);

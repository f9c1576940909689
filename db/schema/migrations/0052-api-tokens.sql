-- Tokens of the API. Of each only its SHA-256 is kept: it is 32 random bytes, which nobody can guess, so that a slow hash
-- would add nothing.
create table api_tokens (
  token_id uuid primary key,
  account_id uuid not null references accounts (account_id) on delete cascade,
  name text not null check (length(name) between 1 and 64),
  token_hash bytea not null unique check (length(token_hash) = 32),
  role text not null check (role in ('viewer', 'operator', 'auditor', 'admin')),
  -- null: all of them.
  operations text[],
  -- null: from everywhere.
  networks cidr[],
  create_time timestamptz not null default now(),
  expire_time timestamptz not null,
  revoke_time timestamptz,
  last_use_time timestamptz,
  last_use_address inet
);
create index api_tokens_account on api_tokens (account_id, create_time desc);

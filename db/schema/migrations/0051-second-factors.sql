-- Codes of an authenticator app: the secret is encrypted, and counts once a first code has confirmed it.
create table totp_secrets (
  account_id uuid primary key references accounts on delete cascade,
  secret bytea not null,
  confirmed boolean not null default false,
  -- The newest step of thirty seconds whose code was accepted: none is accepted twice.
  last_step bigint not null default 0
);

-- Each is used once, and kept as a hash.
create table recovery_codes (
  account_id uuid not null references accounts on delete cascade,
  code_hash bytea not null,
  primary key (account_id, code_hash)
);

create table passkeys (
  passkey_id text primary key,
  account_id uuid not null references accounts on delete cascade,
  name text not null,
  public_key bytea not null,
  -- Never goes back, or the passkey has been copied; 0: it does not count.
  sign_count bigint not null,
  transports text[] not null,
  create_time timestamptz not null default now(),
  last_use_time timestamptz
);
create index passkeys_account on passkeys (account_id);

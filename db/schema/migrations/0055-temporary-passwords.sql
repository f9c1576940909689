-- A password that another person has set is refused from then on; null: it does not expire.
alter table accounts add column password_expires_at timestamptz;

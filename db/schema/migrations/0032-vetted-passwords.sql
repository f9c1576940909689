-- The hash of a password that was tried at a start and found to be none that everybody knows: it need not be tried again.
alter table accounts add column vetted_hash text;

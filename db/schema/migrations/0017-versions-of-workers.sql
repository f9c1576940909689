-- During a rolling upgrade workers of two releases are there; the system information names the older one.
alter table workers add column version text;

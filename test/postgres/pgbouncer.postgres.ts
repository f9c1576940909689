import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { createRecords, type Records } from '../../db/sql/records.ts';
import { createTaskAnnouncer } from '../../db/tasks/taskAnnouncer.ts';
import { sqlStateOf, sqlStates } from '../../db/sql/transientErrors.ts';
import { UnwantedError, watchedTransaction } from '../../db/sql/watchedTransaction.ts';
import { listenToTaskChanges } from '../../db/tasks/taskChanges.ts';
import { startPgbouncer, type Pgbouncer } from '../support/postgres/pgbouncer.ts';
import { runEntry } from '../support/postgres/runEntry.ts';
import { createTestDatabase, type TestDatabase } from '../support/servers/database.ts';
import { waitFor } from '../support/waitFor.ts';

// What makes PgBouncer take the settings of a connection, and forget them.
const ignored =
  'extra_float_digits,options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';

let database: TestDatabase;
let pooler: Pgbouncer;
let forgetful: Pgbouncer;
let db: Database;
let unhurried: Database;
let records: Records;

before(async () => {
  database = await createTestDatabase();
  pooler = await startPgbouncer({ url: database.url });
  forgetful = await startPgbouncer({ url: database.url, settings: { ignore_startup_parameters: ignored } });
  const options = {
    ...{ url: pooler.urlOf(database.url), directUrl: database.url, applicationName: 'test' },
    ...{ maxConnections: 8, lockTimeoutMs: 400, statementTimeoutMs: 1_500 },
  };
  db = createDatabase(options);
  records = createRecords(options);
  unhurried = createDatabase({ ...options, statementTimeoutMs: 0 });
});
after(async () => {
  await Promise.all([db.close(), unhurried.close(), records.close()]);
  await Promise.all([pooler.stop(), forgetful.stop()]);
  await database.drop();
});

for (const file of ['api/server.ts', 'temporal/worker.ts', 'commands/migrate.ts']) {
  test(`${file} ends with a sentence and a code if DATABASE_URL leads to PgBouncer without a direct address`, async () => {
    for (const each of [pooler, forgetful]) {
      const { code, output } = await runEntry(file, { DATABASE_URL: each.urlOf(database.url) });
      assert.ok(code > 0, output);
      assert.match(output, /leads to a connection pooler such as PgBouncer.*DATABASE_DIRECT_URL.*12029/);
    }
  });
}

test('a direct address that leads to PgBouncer too, or to another database, is refused', async () => {
  const url = pooler.urlOf(database.url);
  const wrong = [
    [forgetful.urlOf(database.url), /DATABASE_DIRECT_URL: leads to a connection pooler/],
    [database.url.replace(/[^/]*$/, 'postgres'), /DATABASE_DIRECT_URL: leads to another database/],
  ] as const;
  for (const [direct, sentence] of wrong) {
    const { code, output } = await runEntry('temporal/worker.ts', {
      DATABASE_URL: url,
      DATABASE_DIRECT_URL: direct,
    });
    assert.ok(code > 0, output);
    assert.match(output, sentence);
  }
});

test('what a connection sets at its start holds in every statement, and the next client meets nothing of it', async () => {
  const ask = `select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement,
    current_setting('idle_in_transaction_session_timeout') as idle, current_setting('TimeZone') as zone`;
  // Who waits for a connection has less for locks.
  await Promise.all([db.query('select 1'), records.transaction((tx) => tx.query('select 1'))]);
  const expected = [{ lock: '400ms', statement: '1500ms', idle: '30s', zone: 'UTC' }];
  assert.deepEqual(await db.query(ask), expected);
  assert.deepEqual(await db.prepared('settings', ask), expected);
  assert.deepEqual(await db.snapshot((reader) => reader.query(ask)), expected);
  assert.deepEqual(await db.transaction((tx) => tx.query(ask)), expected);
  assert.deepEqual(await records.transaction((tx) => tx.query(ask)), expected);
  const bare = createDatabase({
    ...{
      url: pooler.urlOf(database.url),
      directUrl: database.url,
      applicationName: 'bare',
      maxConnections: 1,
    },
  });
  try {
    assert.deepEqual(await bare.query(ask), [{ lock: '0', statement: '0', idle: '30s', zone: 'UTC' }]);
  } finally {
    await bare.close();
  }
});

test('a statement that waits for a lock, or works for too long, is ended as without a pooler', async () => {
  await db.query('create table things (size integer); insert into things values (1)');
  await db.transaction(async (tx) => {
    await tx.query('select from things for update');
    for (const update of [
      () => db.execute('update things set size = 2'),
      () => records.transaction((waiting) => waiting.execute('update things set size = 2')),
    ]) {
      await assert.rejects(update, (error) => sqlStateOf(error) === sqlStates.lockNotAvailable);
    }
  });
  await assert.rejects(
    db.query('select pg_sleep(60)'),
    (error) => sqlStateOf(error) === sqlStates.queryCanceled,
  );
});

test('a transaction that nobody wants is ended, though each has another process at the other end', async () => {
  // Each lends its process to the next.
  const backends = new Set<number>();
  await Promise.all(
    Array.from({ length: 6 }, () =>
      db.transaction(async (tx) => {
        backends.add(await tx.backend());
        await tx.query('select pg_sleep(0.2)');
      }),
    ),
  );
  assert.ok(backends.size > 1);
  await assert.rejects(
    watchedTransaction(
      unhurried,
      () => Promise.resolve(false),
      (tx) => tx.query('select pg_sleep(60)'),
    ),
    UnwantedError,
  );
});

test('statements that are asked under a name, as those of log-ins, are answered over any connection', async () => {
  const sizes = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      db.prepared<{ n: number }>('things', 'select $1::integer as n', [n]),
    ),
  );
  assert.deepEqual(
    sizes.map(([row]) => row?.n),
    Array.from({ length: 40 }, (_, n) => n),
  );
});

test('of five changes that are announced by way of PgBouncer five are heard', async () => {
  const heard: number[] = [];
  const log = { warn: () => undefined };
  const changes = listenToTaskChanges({ url: database.url, log });
  let isListening = false;
  changes.subscribe((ids) => {
    if (ids === null) isListening = true;
    else heard.push(...ids);
  });
  const announcer = createTaskAnnouncer({ url: pooler.urlOf(database.url), log, everyMs: 0 });
  try {
    await waitFor('it to listen', async () => {
      const [row] = await db.query<{ there: boolean }>(
        "select count(*) > 0 as there from pg_stat_activity where query like 'listen %' and datname = current_database()",
      );
      return isListening && row?.there;
    });
    for (const id of [1, 2, 3, 4, 5]) {
      announcer.announce(id);
      await waitFor(`change ${id}`, () => heard.includes(id));
    }
    assert.deepEqual(heard, [1, 2, 3, 4, 5]);
  } finally {
    await announcer.close();
    await changes.close();
  }
});

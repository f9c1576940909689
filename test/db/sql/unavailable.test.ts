import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createProxy } from '../../../chaos/proxy.ts';
import { createDatabase, type Database } from '../../../db/sql/connection.ts';
import { isUnavailable } from '../../../db/sql/unavailable.ts';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.ts';

let testDatabase: TestDatabase;
let db: Database;
before(async () => {
  testDatabase = await createTestDatabase();
  db = createDatabase({
    ...{ url: testDatabase.url, applicationName: 'test', maxConnections: 2, statementTimeoutMs: 1_000 },
  });
  await db.query('create table things (size integer primary key); insert into things values (1), (2)');
});
after(async () => {
  await db.close();
  await testDatabase.drop();
});

test('who waits in vain for somebody else’s lock, or too long for an answer, may ask again', async () => {
  await db.transaction(async (tx) => {
    await tx.query('select from things where size = 1 for update');
    await assert.rejects(db.query('delete from things where size = 1'), isUnavailable);
  });
  await assert.rejects(db.query('select pg_sleep(5)'), isUnavailable);
});

test('who is not answered at all may ask again, and is answered once the server is', async () => {
  const url = new URL(testDatabase.url);
  const proxy = await createProxy(Number(url.port));
  url.port = String(proxy.port);
  const far = createDatabase({
    ...{ url: url.href, applicationName: 'test', maxConnections: 1, statementTimeoutMs: 1_000 },
  });
  try {
    await far.query('select 1');
    proxy.stall();
    await assert.rejects(far.query('select 1'), isUnavailable);
    proxy.open();
    assert.deepEqual(await far.query('select 2 as two'), [{ two: 2 }]);
  } finally {
    await far.close();
    await proxy.close();
  }
});

test('who loses against another transaction may ask again', async () => {
  const lock = (tx: Pick<Database, 'query'>, size: number) =>
    tx.query('select from things where size = $1 for update nowait', [size]);
  await db.transaction(async (tx) => {
    await lock(tx, 1);
    await assert.rejects(
      db.transaction((other) => lock(other, 1)),
      isUnavailable,
    );
  });
  const raised = (code: string) => `do $$ begin raise 'lost' using errcode = '${code}'; end $$`;
  for (const code of ['40P01', '40001']) await assert.rejects(db.query(raised(code)), isUnavailable);
});

test('what is wrong with a statement stays wrong', async () => {
  for (const sql of ['select nothing', 'insert into things values (1)', 'select 1 / 0'])
    await assert.rejects(db.query(sql), (error) => !isUnavailable(error));
});

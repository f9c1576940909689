import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { v7 as newId } from 'uuid';
import { createProxy } from '../../../chaos/proxy.ts';
import { defineAccountModel } from '../../../db/accounts/accountModel.ts';
import { createKnownAccounts } from '../../../db/accounts/knownAccounts.ts';
import { createDatabase, type Database, type Sql } from '../../../db/sql/connection.ts';
import { createLine } from '../../../db/sql/line.ts';
import type { ConnectionLimits } from '../../../db/sql/sessionSettings.ts';
import { createRecords, type Records } from '../../../db/sql/records.ts';
import { sqlStateOf, sqlStates } from '../../../db/sql/transientErrors.ts';
import { isUnavailable, unavailableReason } from '../../../db/sql/unavailable.ts';
import { createTestDatabase } from '../../support/servers/database.ts';

/** A message of PostgreSQL's protocol: its letter, its length, and what it says. */
function message(letter: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(letter), length, body]);
}

test('a connection that the server ends the moment it stands fails its query, and no process', async () => {
  const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection due to administrator command', ''];
  // One packet: the client reads that it is welcome and that it has to go in one and the same step.
  const welcomeAndGo = Buffer.concat([
    message('R', Buffer.alloc(4)),
    message('Z', Buffer.from('I')),
    message('E', Buffer.from(fields.map((field) => `${field}\0`).join(''))),
  ]);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(welcomeAndGo));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const options = {
    url: `postgres://nobody@127.0.0.1:${port}/nothing`,
    applicationName: 'test',
    maxConnections: 1,
  };
  const db = createDatabase(options);
  const records = createRecords(options);
  try {
    await assert.rejects(db.query('select 1'), isUnavailable);
    await assert.rejects(
      records.transaction((tx) => tx.query('select 1')),
      isUnavailable,
    );
  } finally {
    await db.close();
    await records.close();
    server.close();
  }
});

test('a statement whose plan is kept goes on when a migration changes what it answers', async () => {
  const testDatabase = await createTestDatabase();
  const db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 1 });
  try {
    await db.query('create table things (size integer); insert into things values (1), (2)');
    const ask = () => db.prepared<{ size: unknown }>('things', 'select size from things order by 1');
    assert.deepEqual(await ask(), [{ size: 1 }, { size: 2 }]);
    const kept = await db.query("select from pg_prepared_statements where name = 'things'");
    assert.equal(kept.length, 1);
    await db.query("alter table things alter size type text using size || ' m'");
    assert.deepEqual(await ask(), [{ size: '1 m' }, { size: '2 m' }]);
  } finally {
    await db.close();
    await testDatabase.drop();
  }
});

test('a NUL in a text is stored as what can be read, in a list, in a transaction and beside a model too', async () => {
  await withBoth({}, async ({ db, records }) => {
    const sql = 'select $1::text as one, $2::text[] as many';
    const binds = ['a\0b', ['c\0d', 'e', null]];
    const stored = [{ one: 'a\\0b', many: ['c\\0d', 'e', null] }];
    assert.deepEqual(await db.query(sql, binds), stored);
    assert.deepEqual(await db.transaction((tx) => tx.query(sql, binds)), stored);
    assert.deepEqual(await records.transaction((tx) => tx.query(sql, binds)), stored);
    const now = new Date();
    const account = {
      accountId: newId(),
      login: 'nul@example.com',
      passwordHash: '-',
      accountType: 'user',
    } as const;
    await defineAccountModel(records.sequelize).create({
      ...{ ...account, description: 'a\0b', createTime: now, lastUpdateTime: now },
    });
    const found = await createKnownAccounts(db).findByLogin('nul@example.com');
    assert.equal(found?.account.description, 'a\\0b');
  });
});

test('numbers, counts and errors are the same whichever way SQL is run', async () => {
  await withBoth({}, async ({ db, records }) => {
    await db.query('create table things (size bigint primary key); insert into things values (1), (2)');
    const ways: ((work: (sql: Sql) => Promise<void>) => Promise<void>)[] = [
      (work) => work(db),
      (work) => db.transaction(work),
      (work) => records.transaction(work),
    ];
    for (const run of ways) {
      await run(async (sql) => {
        assert.deepEqual(await sql.query('select size, $1::text as two from things order by 1', ['$2']), [
          { size: 1, two: '$2' },
          { size: 2, two: '$2' },
        ]);
        assert.equal(await sql.execute('update things set size = size where size > $1', [0]), 2);
        assert.equal(await sql.execute('delete from things where size = 7'), 0);
        assert.deepEqual(await sql.query("select '2026-01-01T00:00Z'::timestamptz::text as time"), [
          { time: '2026-01-01 00:00:00+00' },
        ]);
      });
      await assert.rejects(
        run((sql) => sql.query('insert into things values (1)').then(() => undefined)),
        (error) => sqlStateOf(error) === sqlStates.uniqueViolation && !isUnavailable(error),
      );
    }
  });
});

test('an address keeps the settings that it names itself', async () => {
  const { url, drop } = await createTestDatabase();
  const address = new URL(url);
  address.searchParams.set('options', '-c work_mem=7MB');
  const db = createDatabase({ url: address.href, applicationName: 'test', maxConnections: 1 });
  try {
    const [row] = await db.query(
      "select current_setting('work_mem') memory, current_setting('TimeZone') zone",
    );
    assert.deepEqual(row, { memory: '7MB', zone: 'UTC' });
  } finally {
    await db.close();
    await drop();
  }
});

test('who finds no connection free in time may ask again, and is told so', async () => {
  await withBoth({ acquireTimeoutMs: 200 }, async ({ db, records }) => {
    for (const pool of [db, records]) {
      await pool.transaction(async () => {
        await assert.rejects(
          pool.transaction((tx) => tx.query('select 1')),
          (error) => isUnavailable(error) && unavailableReason(error) === 'no connection became free in time',
        );
      });
      assert.deepEqual(pool.poolSize(), { size: 1, available: 1, waiting: 0 });
    }
  });
});

test('a connection that the server ends is replaced, in the middle of a transaction too, whose work is undone', async () => {
  await withBoth({}, async ({ db, records, other }) => {
    await db.query('create table things (size integer)');
    for (const pool of [db, records]) {
      await assert.rejects(
        pool.transaction(async (tx) => {
          await tx.execute('insert into things values (1)');
          const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() pid');
          await other.query('select pg_terminate_backend($1)', [row?.pid]);
          await tx.query('select 1');
        }),
        isUnavailable,
      );
      assert.deepEqual(await pool.transaction((tx) => tx.query('select from things')), []);
    }
  });
});

test('when nothing is heard over one connection, all that stood are replaced, those of models too', async () => {
  const { url, drop } = await createTestDatabase();
  const far = new URL(url);
  const proxy = await createProxy(Number(far.port));
  far.port = String(proxy.port);
  const options = { url: far.href, applicationName: 'test', maxConnections: 2, line: createLine() };
  const db = createDatabase({ ...options, statementTimeoutMs: 500, unheardMs: 200 });
  const unhurried = createDatabase(options);
  // One that is just being opened would be frozen, too.
  const records = createRecords({ ...options, maxConnections: 1, statementTimeoutMs: 500, unheardMs: 200 });
  const ask = () => {
    const one = (sql: Sql) => sql.query('select 1');
    return Promise.all([
      one(unhurried),
      one(unhurried),
      records.transaction(one),
      unhurried.transaction(one),
    ]);
  };
  try {
    await Promise.all([ask(), db.query('select 1')]);
    proxy.freeze();
    await assert.rejects(db.query('select 1'), isUnavailable);
    const began = performance.now();
    await ask();
    assert.ok(performance.now() - began < 2_000, 'nobody waited for an answer over an old connection');
    proxy.freeze();
    // Without a limit for statements: a transaction asks at its beginning whether anybody hears it.
    await assert.rejects(
      unhurried.transaction((tx) => tx.query('select 1')),
      isUnavailable,
    );
    await ask();
  } finally {
    await Promise.all([db.close(), unhurried.close(), records.close()]);
    await proxy.close();
    await drop();
  }
});

interface Both {
  readonly db: Database;
  readonly records: Records;
  /** Of somebody else. */
  readonly other: Database;
}

/** SQL and models in a database of their own, with one connection each. */
async function withBoth(limits: ConnectionLimits, work: (both: Both) => Promise<void>): Promise<void> {
  const { url, drop } = await createTestDatabase();
  const options = { url, applicationName: 'test', maxConnections: 1 };
  const db = createDatabase({ ...options, ...limits });
  const records = createRecords({ ...options, ...limits });
  const other = createDatabase(options);
  try {
    await work({ db, records, other });
  } finally {
    await Promise.all([db.close(), records.close(), other.close()]);
    await drop();
  }
}

test('a snapshot reads one moment, writes nothing, and leaves its connection fit for the next one after a fault', async () => {
  const testDatabase = await createTestDatabase();
  const db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 2 });
  const count = 'select count(*) n from default_versions';
  const write =
    "insert into default_versions (kind, version, switched_by) values ('face', 3, '') returning kind";
  try {
    const seen = await db.snapshot(async (reader) => {
      const before = await reader.query(count);
      await db.query(write);
      return [...before, ...(await reader.prepared('count', count))];
    });
    assert.deepEqual(seen, [{ n: 0 }, { n: 0 }]);
    assert.deepEqual(await db.query(count), [{ n: 1 }]);
    const refused = db.snapshot((reader) => Promise.all([reader.query(write), reader.query(count)]));
    await assert.rejects(refused, /read-only transaction/);
    assert.deepEqual(await db.snapshot((reader) => reader.query(count)), [{ n: 1 }]);
  } finally {
    await db.close();
    await testDatabase.drop();
  }
});

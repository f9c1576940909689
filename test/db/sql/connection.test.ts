import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createDatabase } from '../../../db/sql/connection.ts';
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
  const db = createDatabase({
    ...{ url: `postgres://nobody@127.0.0.1:${port}/nothing`, applicationName: 'test', maxConnections: 1 },
  });
  try {
    await assert.rejects(db.query('select 1'));
  } finally {
    await db.close();
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

test('a NUL in a text is stored as what can be read, in a list and in a transaction too', async () => {
  const { url, drop } = await createTestDatabase();
  const db = createDatabase({ url, applicationName: 'test', maxConnections: 2 });
  try {
    const sql = 'select $1::text as one, $2::text[] as many';
    const binds = ['a\0b', ['c\0d', 'e', null]];
    const stored = [{ one: 'a\\0b', many: ['c\\0d', 'e', null] }];
    assert.deepEqual(await db.query(sql, binds), stored);
    assert.deepEqual(await db.transaction((tx) => tx.query(sql, binds)), stored);
  } finally {
    await db.close();
    await drop();
  }
});

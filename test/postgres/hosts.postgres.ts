import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { createDatabase } from '../../db/sql/connection.ts';
import { createRecords } from '../../db/sql/records.ts';
import { NoConnectionError, NoFittingHostError } from '../../db/sql/unavailable.ts';
import { hostOf } from '../../platform/databaseAddress.ts';
import { startPair, type Pair } from '../support/postgres/pair.ts';
import { runEntry } from '../support/postgres/runEntry.ts';
import { waitFor } from '../support/waitFor.ts';

let pair: Pair;

before(async () => {
  pair = await startPair();
});
after(() => pair.stop());

/** Whether connections to the address lead to a standby, of both kinds of pools. */
async function standbysAt(url: string): Promise<boolean[]> {
  const options = { url, applicationName: 'test', maxConnections: 1 };
  const db = createDatabase(options);
  const records = createRecords(options);
  try {
    const ask = 'select pg_is_in_recovery() as standby';
    const rows = [
      ...(await db.query<{ standby: boolean }>(ask)),
      ...(await records.transaction((tx) => tx.query<{ standby: boolean }>(ask))),
    ];
    return rows.map(({ standby }) => standby);
  } finally {
    await Promise.all([db.close(), records.close()]);
  }
}

test('of two hosts the one that takes changes is used, whichever comes first', async () => {
  for (const hosts of ['primary,standby', 'standby,primary'] as const) {
    for (const attributes of [undefined, 'read-write', 'primary'])
      assert.deepEqual(await standbysAt(pair.url(hosts, attributes)), [false, false]);
  }
});

test('with target_session_attrs=any the first host that answers is used', async () => {
  assert.deepEqual(await standbysAt(pair.url('standby,primary', 'any')), [true, true]);
  assert.deepEqual(await standbysAt(pair.url('nowhere,standby', 'any')), [true, true]);
  assert.deepEqual(await standbysAt(pair.url('nowhere,standby,primary')), [false, false]);
});

test('if no host takes changes, the error says what each of them is', async () => {
  await assert.rejects(standbysAt(pair.url('standby,nowhere')), (error) => {
    assert.ok(error instanceof NoConnectionError && error.cause instanceof NoFittingHostError);
    assert.match(error.message, /:\d+ is a standby; 127\.0\.0\.1:1 cannot be asked \(ECONNREFUSED\)/);
    return true;
  });
});

test('a wrong password is said, not waited for', async () => {
  const url = new URL(pair.url('primary'));
  const wrong = `postgres://postgres:wrong@${url.host},${url.host}/luna_admin`;
  await assert.rejects(standbysAt(wrong), (error) => {
    assert.ok(error instanceof NoConnectionError);
    assert.equal((error.cause as { code?: string }).code, '28P01');
    return true;
  });
});

test('commands and migrations find the host that takes changes, and say what the others are if there is none', async () => {
  const run = (url: string) => runEntry('commands/migrate.ts', { DATABASE_URL: url });
  const migrated = await run(pair.url('nowhere,standby,primary'));
  assert.equal(migrated.code, 0, migrated.output);
  const { code, output } = await run(pair.url('nowhere,standby'));
  assert.ok(code > 0);
  assert.match(output, /The database at 127\.0\.0\.1:1,.* cannot be used: no host .*:\d+ is a standby/);
  assert.doesNotMatch(output, /^ +at |postgres:[^@]*@/m);
});

test('a server that no longer takes changes is left, and taken again when it does', async () => {
  const db = createDatabase({
    ...{ url: pair.url('primary,standby'), applicationName: 'test', maxConnections: 1 },
  });
  const server = new pg.Client({ connectionString: pair.url('primary') });
  await server.connect();
  try {
    await db.execute('create table if not exists things (size integer)');
    await server.query('alter system set default_transaction_read_only = on');
    await server.query('select pg_reload_conf()');
    const { port } = hostOf(pair.url('primary'));
    await waitFor('the connection to be given up', async () => {
      const failure = await db.execute('insert into things values (1)').then(
        () => null,
        (error: unknown) => error,
      );
      return failure instanceof NoConnectionError && failure.message.includes(`${port} is read-only`);
    });
    assert.deepEqual(await standbysAt(pair.url('primary,standby', 'primary')), [false, false]);
    await server.query('alter system reset default_transaction_read_only');
    await server.query('select pg_reload_conf()');
    await waitFor('changes to be taken', async () => {
      await db.execute('insert into things values (1)');
      return true;
    });
  } finally {
    await server.query('alter system reset default_transaction_read_only');
    await server.query('select pg_reload_conf()');
    await server.end();
    await db.close();
  }
});

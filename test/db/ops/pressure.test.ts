import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addEventDays, createEventPartitionQueries } from '../../../db/ops/eventPartitions.ts';
import { createPressureQueries, type PressureLimits } from '../../../db/ops/pressureQueries.ts';
import { createDatabase, type Database } from '../../../db/sql/connection.ts';
import { migrate } from '../../../db/schema/migrate.ts';
import type { Postgres } from '../../../embedded/postgres.ts';
import { createLogger } from '../../../platform/logger.ts';
import { startTestPostgres } from '../../support/postgres/programs.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { waitFor } from '../../support/waitFor.ts';

const dayMs = 86_400_000;
const connections = 20;

// A server of its own: its archive fails on purpose, and its checkpoints are its own.
let folder: TestFolder;
let server: Postgres;
let db: Database;

before(async () => {
  folder = await createTestFolder('pressure');
  server = await startTestPostgres({
    dataDir: folder.path,
    log: createLogger({ name: 'pressure', level: 'silent', format: 'json' }),
    settings: {
      ...{ wal_level: 'replica', archive_mode: 'on', archive_command: 'exit 1', fsync: 'off' },
      ...{ max_wal_senders: '2', max_wal_size: '4GB', autovacuum: 'off' },
      ...{ max_connections: String(connections), max_locks_per_transaction: '64' },
    },
  });
  await migrate({ databaseUrl: server.url });
  db = createDatabase({ url: server.url, applicationName: 'test', maxConnections: 2 });
});
after(async () => {
  await db.close();
  await server.stop('immediate');
  await folder.remove();
});

const never: PressureLimits = { standbySeconds: 0, archiveFiles: 0, checkpointSeconds: 0, deadRows: 0 };
const exceeded = async (queries: ReturnType<typeof createPressureQueries>): Promise<string[]> =>
  (await queries.look()).filter(({ excess }) => excess > 1).map(({ reason }) => reason);
test('log files that are not archived count, as far as the archive has come', async () => {
  const queries = createPressureQueries(db, { ...never, archiveFiles: 3 });
  const reasons = await waitFor('the archive to fall behind', async () => {
    await db.query('select pg_logical_emit_message(true, $1, $2)', ['test', 'x']);
    await db.query('select pg_switch_wal()');
    const found = await exceeded(queries);
    return found.length > 0 ? found : undefined;
  });
  assert.match(reasons[0] ?? '', /^\d+ log files wait to be archived$/);
  assert.deepEqual(await exceeded(createPressureQueries(db, never)), []);
});

test('the reader of a replication slot that does not come back counts as one that falls behind', async () => {
  await db.query("select pg_create_physical_replication_slot('away', true)");
  const queries = createPressureQueries(db, { ...never, standbySeconds: 1 });
  const reasons = await waitFor('the slot to fall behind', async () => {
    await db.query('select pg_logical_emit_message(true, $1, $2)', ['test', 'x']);
    const found = await exceeded(queries);
    return found.length > 0 ? found : undefined;
  });
  assert.match(reasons[0] ?? '', /^away \d+ s behind$/);
  await db.query("select pg_drop_replication_slot('away')");
  assert.deepEqual(await exceeded(queries), []);
});

test('dead rows that vacuum has not processed name their table', async () => {
  const queries = createPressureQueries(db, { ...never, deadRows: 1_000 });
  await db.execute('create table heap as select generate_series(1, 5000) n');
  await db.execute('delete from heap');
  const reasons = await waitFor('the statistics', async () => {
    const found = await exceeded(queries);
    return found.length > 0 ? found : undefined;
  });
  assert.deepEqual(reasons, ['5000 dead rows of heap wait for vacuum']);
  await db.execute('vacuum heap');
  await waitFor('vacuum to be counted', async () => (await exceeded(queries)).length === 0);
});

test('checkpoints that are forced one after the other count by the time between them', async () => {
  const queries = createPressureQueries(db, { ...never, checkpointSeconds: 60 });
  await queries.look();
  for (let times = 0; times < 4; times++) {
    await db.query('select pg_logical_emit_message(true, $1, $2)', ['test', 'x']);
    await db.execute('checkpoint');
  }
  const reasons = await waitFor('the statistics', async () => {
    const found = await exceeded(queries);
    return found.length > 0 ? found : undefined;
  });
  assert.match(reasons[0] ?? '', /^checkpoints forced every \d+ s$/);
});

test('days of events for whose locks the server has too little room are told, with what would do', async () => {
  const queries = createEventPartitionQueries(db);
  assert.equal(await queries.scarceLocks(), null);
  await addEventDays(db, Date.now() - 20 * dayMs, Date.now() + dayMs);
  const { needed, room, setting } = (await queries.scarceLocks()) ?? assert.fail('there is room');
  const [taken] = await db.transaction(async (tx) => {
    await tx.query('select event_id from events order by event_id desc limit 1');
    return tx.query<{ locks: number }>(
      `select count(*) as locks from pg_locks join pg_class c on c.oid = relation
       where pid = pg_backend_pid() and c.relname ~ '^events_' and c.relkind in ('r', 'i')`,
    );
  });
  assert.equal(taken?.locks, needed);
  assert.deepEqual([room, setting], [connections * 64, 256]);
});

test('a read by key takes some time, and none of the days before', async () => {
  await addEventDays(db, Date.now() - 20 * dayMs, Date.now() + dayMs);
  const days = await db.transaction(async (tx) => {
    assert.ok((await createPressureQueries(tx, never).probe()) > 0);
    return tx.query<{ day: string }>(
      `select relation::regclass::text as day from pg_locks
       where pid = pg_backend_pid() and relation in (select partition::regclass from event_partitions())`,
    );
  });
  assert.ok(days.length > 0 && days.length <= 4, JSON.stringify(days));
});

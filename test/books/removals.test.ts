import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { auditBooks, takeSnapshot } from '../../books/auditBooks.ts';
import type { AskedOrigin } from '../../books/asked.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { createOriginStore } from '../../db/gc/originStore.ts';
import { createTestDatabase, type TestDatabase } from '../support/servers/database.ts';
import { buildEvent, insertEventRows } from '../support/rows/eventRows.ts';
import { createGcByHand } from '../support/engine/gcByHand.ts';

let testDatabase: TestDatabase;
let db: Database;
let client: pg.Client;
let taskId: number;
/** What the origins themselves say of it, the one that refused first. */
let asked: AskedOrigin[];

/** A gc of events of one camera with their image origins, of which one has refused. */
before(async () => {
  testDatabase = await createTestDatabase();
  db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 4 });
  client = new pg.Client({ connectionString: testDatabase.url });
  await client.connect();
  await insertEventRows(
    db,
    Array.from({ length: 9 }, (_, n) =>
      buildEvent({ source: n < 6 ? 'door' : 'yard', versions: { face: [1], body: [101] } }),
    ),
  );
  await db.query(
    `insert into image_origins select event_id, 1, 'http://origin.example/' || event_id from events`,
  );
  await takeSnapshot(client);
  const byHand = createGcByHand(db);
  const { ref, content } = await byHand.create({
    ...{ target: 'events', filters: { sources: ['door'] }, remove_samples: true, remove_image_origins: true },
  });
  await byHand.planOf(100).next(ref, 0);
  const removal = await byHand.gc.removeNext(await byHand.claim(ref, 1, 'mine'), content, 100);
  assert.equal(removal.kind, 'committed');
  const origins = createOriginStore(db);
  const { due } = await origins.readDue(removal.part, 100);
  const settled = due.map((origin, n) => ({
    removal: origin,
    outcome:
      n === 0 ? ({ kind: 'refused', reason: 'answered 403' } as const) : ({ kind: 'removed' } as const),
  }));
  assert.equal((await origins.settle(removal.part, content, settled)).kind, 'committed');
  asked = due.map(({ url }, n) => ({ url, removed: n > 0 }));
  await byHand.lifecycle.finish(ref, { outcome: 'done' });
  taskId = ref.taskId;
});

after(async () => {
  await client.end();
  await db.close();
  await testDatabase.drop();
});

test('the books of a gc whose origin refused balance', async () => {
  assert.deepEqual(await auditBooks(client, { taskIds: [taskId] }), []);
  assert.deepEqual(await auditBooks(client, { taskIds: [taskId], asked }), []);
});

test('the audit finds an image origin that was asked although its event stays', async () => {
  const { rows } = await client.query<{ url: string }>(
    `select url from image_origins where owner_id = ${stranger}`,
  );
  const more = rows.map(({ url }) => ({ url, removed: true }));
  assert.deepEqual(await auditBooks(client, { taskIds: [taskId], asked: [...asked, ...more] }), [
    `image origins were asked that no task was to remove: 1 times (${more[0]?.url ?? ''})`,
  ]);
});

test('the audit finds image origins that were asked by a gc that was to leave them alone', async () => {
  await client.query('begin');
  try {
    await client.query(`update tasks set content = jsonb_set(content, '{remove_image_origins}', 'false')`);
    const found = (await auditBooks(client, { taskIds: [taskId], asked })).join('\n');
    assert.match(found, /^image origins were asked that no task was to remove: 6 times/m);
  } finally {
    await client.query('rollback');
  }
});

test('the audit finds image origins that count as removed and were never asked, or have refused', async () => {
  const [refused, silent, broken, ...others] = asked;
  assert.ok(refused !== undefined && silent !== undefined && broken !== undefined);
  const found = await auditBooks(client, {
    taskIds: [taskId],
    asked: [refused, { ...broken, removed: false }, ...others],
  });
  assert.equal(found.length, 1);
  assert.match(found[0] ?? '', /^task \d+: image origins count as removed that never said so: 2 times/);
});

const removed = '(select min(id::text)::uuid from (select unnest(ids) as id from task_result_chunks) r)';
const stranger = "(select min(event_id::text)::uuid from events where source = 'yard')";

/** Each fault that a wrong engine could make, and the words that must name it. */
const faults: Record<string, readonly [sql: string, found: RegExp]> = {
  'an image origin that was forgotten': [
    'delete from origin_removals',
    /origins_removed differs from the tables: 1 times/,
  ],
  'a refusal that no error tells': [
    'delete from task_errors',
    /an image origin refused, and no error says so: 1 times/,
  ],
  'an image origin that was given up half-way': [
    "update origin_removals set state = 'pending'",
    /image origins were not all attempted: 1 times/,
  ],
  'an image origin to be removed whose object is there': [
    `update origin_removals set object_id = ${stranger}`,
    /image origins of existing objects are due to be removed: 1 times/,
  ],
  'a refused object that the result names': [
    'update task_result_chunks set ids = ids || (select object_id from origin_removals), count = count + 1',
    /the result names objects that are not done: 1 times/,
  ],
  'an event removed outside the filter': [
    `delete from events where event_id = ${stranger}`,
    /^events: rows are gone that no task was to remove: 1 times/m,
  ],
  'an image origin of another event forgotten': [
    `delete from image_origins where owner_id = ${stranger}`,
    /^image_origins: rows are gone that no task was to remove: 1 times/m,
  ],
  'a body descriptor left behind by a removed event': [
    `insert into event_descriptors (event_id, descriptor_version, descriptor_type, descriptor)
     select ${removed}, 101, 'body', '\\x00'`,
    /^event_descriptors: rows are (still there|changed)/m,
  ],
  'an event that a gc skipped': [
    `insert into events (event_id, account_id) select ${removed}, gen_random_uuid()`,
    /objects are neither done nor failed: 1 times/,
  ],
};

for (const [name, [sql, found]] of Object.entries(faults)) {
  test(`the audit finds ${name}`, async () => {
    await client.query('begin');
    try {
      await client.query(sql);
      assert.match((await auditBooks(client, { taskIds: [taskId] })).join('\n'), found);
    } finally {
      await client.query('rollback');
    }
  });
}

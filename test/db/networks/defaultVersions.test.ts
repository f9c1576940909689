import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createDefaultVersionStore } from '../../../db/networks/defaultVersionStore.ts';
import { createDatabase, type Database } from '../../../db/sql/connection.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.ts';
import { tester } from '../../support/rows/rows.ts';

let testDatabase: TestDatabase;
let db: Database;

before(async () => {
  testDatabase = await createTestDatabase();
  db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 4 });
});
after(async () => {
  await db.close();
  await testDatabase.drop();
});
beforeEach(() => db.query('truncate tasks, default_versions restart identity cascade'));

const settings = { defaultDescriptorVersion: 1, defaultBodyDescriptorVersion: 101 };
const another = { defaultDescriptorVersion: 7, defaultBodyDescriptorVersion: 107 };

test('the default versions are what the settings say until somebody switches one, and then the same for all processes', async () => {
  const [here, there] = [createDefaultVersionStore(db, settings), createDefaultVersionStore(db, another)];
  assert.deepEqual(await here.read(), { face: 1, body: 101 });
  assert.deepEqual(await there.read(), { face: 7, body: 107 });
  assert.equal(await here.switch('face', 3, tester), true);
  assert.deepEqual(await here.read(), { face: 3, body: 101 });
  assert.deepEqual(await there.read(), { face: 3, body: 107 });
  const [switched, ...others] = await db.query<{ kind: string; version: number; switchedBy: string }>(
    'select kind, version, switched_by as "switchedBy" from default_versions',
  );
  assert.deepEqual(others, []);
  assert.equal(switched?.kind, 'face');
  assert.equal(switched.version, 3);
  assert.equal(switched.switchedBy, tester.login);
});

test('a switch is told in the audit, can be taken back, and one that changes nothing is not told', async () => {
  const store = createDefaultVersionStore(db, settings);
  const lines = () =>
    db.query<{ action: string; object_id: string; before: object; after: object }>(
      `select action, object_id, before, after from audit where object_type = 'network' order by audit_id`,
    );
  const from = (await lines()).length;
  assert.equal(await store.switch('body', 102, tester), true);
  assert.equal(await store.switch('body', 102, tester), false);
  assert.equal(await store.switch('body', 101, tester), true);
  const action = 'network.default';
  assert.deepEqual((await lines()).slice(from), [
    { action, object_id: 'body 102', before: { version: 101 }, after: { version: 102 } },
    { action, object_id: 'body 101', before: { version: 102 }, after: { version: 101 } },
  ]);
  assert.deepEqual(await store.read(), { face: 1, body: 101 });
});

const removals = [
  ['faces', 'face', { target: 'face_descriptors', filters: { descriptor_version: 3 } }],
  [
    'events',
    'face',
    { target: 'event_descriptors', filters: { descriptor_version: 3, descriptor_type: 'face' } },
  ],
  [
    'bodies',
    'body',
    { target: 'event_descriptors', filters: { descriptor_version: 3, descriptor_type: 'body' } },
  ],
] as const;
for (const [of, kind, gc] of removals) {
  test(`a version whose descriptors of ${of} a gc is removing does not become the default`, async () => {
    const store = createDefaultVersionStore(db, settings);
    const tasks = createTaskStore(db, null);
    const content = { ...gc, store_results: true };
    const { taskId } = await tasks.create({ taskType: 4, content, description: null }, tester);
    await assert.rejects(
      store.switch(kind, 3, tester),
      (error: Error & { error?: string; detail?: string }) => {
        assert.equal(error.error, 'versionInUse');
        assert.match(error.detail ?? '', new RegExp(`^task ${taskId} \\(gc, pending\\) removes `));
        return true;
      },
    );
    assert.deepEqual(await store.read(), { face: 1, body: 101 });
    await db.query(`update tasks set state = 'done' where task_id = $1`, [taskId]);
    assert.equal(await store.switch(kind, 3, tester), true);
  });
}

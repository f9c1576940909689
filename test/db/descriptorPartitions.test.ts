import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createDatabase, type Database } from '../../db/connection.ts';
import { ensureDescriptorPartition } from '../../db/descriptorPartitions.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let testDatabase: TestDatabase;
let db: Database;

before(async () => {
  testDatabase = await createTestDatabase();
  db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 8 });
});

after(async () => {
  await db.close();
  await testDatabase.drop();
});

test('processes that start at once make the partition of a new version once', async () => {
  for (let version = 201; version <= 210; version += 1) {
    await Promise.all(
      Array.from({ length: 8 }, () => ensureDescriptorPartition(db, 'event_descriptors', version)),
    );
  }
  const [row] = await db.query<{ partitions: number }>(
    `select count(*) as partitions from pg_inherits where inhparent = 'event_descriptors'::regclass`,
  );
  assert.ok((row?.partitions ?? 0) >= 10);
});

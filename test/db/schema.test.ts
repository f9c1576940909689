import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { createDatabase, type Database } from '../../db/connection.ts';
import { describeSchema } from '../../db/describeSchema.ts';
import { isMigrated, migrate, NewerSchemaError } from '../../db/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let testDatabase: TestDatabase;
let db: Database;

before(async () => {
  testDatabase = await createTestDatabase();
  db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 2 });
});

after(async () => {
  await db.close();
  await testDatabase.drop();
});

test('the migrations lead to the schema that is written in db/schema.sql', async () => {
  assert.equal(
    await describeSchema(db),
    await readFile(new URL('../../db/schema.sql', import.meta.url), 'utf8'),
    'run npm run schema:dump and look at the difference',
  );
});

test('a second start finds nothing to migrate', async () => {
  assert.deepEqual(await migrate({ databaseUrl: testDatabase.url }), { applied: [] });
  assert.equal(await isMigrated(db), true);
});

test('an older release refuses a database that a newer one has migrated', async () => {
  await db.query("insert into schema_migrations (name) values ('9999-from-the-future.sql')");
  await assert.rejects(migrate({ databaseUrl: testDatabase.url }), (error) => {
    assert.ok(error instanceof NewerSchemaError);
    assert.match(error.message, /9999-from-the-future\.sql/);
    return true;
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { describeSchema } from '../../../db/schema/describeSchema.ts';
import { isMigrated } from '../../../db/schema/isMigrated.ts';
import { migrate, NewerSchemaError } from '../../../db/schema/migrate.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db, url } = await openTestDatabase(2);

test('the migrations lead to the schema that is written in db/schema/schema.sql', async () => {
  assert.equal(
    await describeSchema(db),
    await readFile(new URL('../../../db/schema/schema.sql', import.meta.url), 'utf8'),
    'run npm run schema:dump and look at the difference',
  );
});

test('a second start finds nothing to migrate', async () => {
  assert.deepEqual(await migrate({ databaseUrl: url }), { applied: [] });
  assert.equal(await isMigrated(db), true);
});

test('an older release refuses a database that a newer one has migrated', async () => {
  await db.query("insert into schema_migrations (name) values ('9999-from-the-future.sql')");
  await assert.rejects(migrate({ databaseUrl: url }), (error) => {
    assert.ok(error instanceof NewerSchemaError);
    assert.match(error.message, /9999-from-the-future\.sql/);
    return true;
  });
});

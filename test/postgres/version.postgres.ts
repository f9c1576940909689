import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../support/servers/database.ts';

const { db } = await openTestDatabase(1);

test('these tests run on the PostgreSQL that was asked for', async () => {
  const [row] = await db.query<{ version: string }>("select current_setting('server_version') as version");
  const asked = process.env['TEST_POSTGRES_RELEASE']?.replace(/\.0-.*$/, '');
  assert.equal(row?.version.split(' ')[0], asked);
});

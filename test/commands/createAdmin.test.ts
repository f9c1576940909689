import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAdmin, ensureAdmin } from '../../commands/adminAccount.ts';
import { createDatabase, type Database } from '../../db/connection.ts';
import { createPasswords } from '../../platform/passwords.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const config = { host: '127.0.0.1', adminLogin: 'root@visionlabs.ai', adminPassword: undefined };

let database: TestDatabase;
let db: Database;
before(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, applicationName: 'test', maxConnections: 2 });
});
after(async () => {
  await db.close();
  await database.drop();
});

const accounts = () =>
  db.query<{ login: string; account_type: string; password_hash: string }>(
    'select login, account_type, password_hash from accounts order by login',
  );

test('the default password is refused where other machines can reach the service', async () => {
  await assert.rejects(
    ensureAdmin({ ...config, host: '0.0.0.0' }, database.url),
    /ADMIN_PASSWORD: 'root' is known to everybody/,
  );
  assert.deepEqual(await accounts(), []);
});

test('the first start makes one administrator, and the next none', async () => {
  assert.equal(await ensureAdmin(config, database.url), true);
  assert.equal(await ensureAdmin({ ...config, adminLogin: 'other@visionlabs.ai' }, database.url), false);
  const [account, ...others] = await accounts();
  assert.equal(others.length, 0);
  assert.equal(account?.login, 'root@visionlabs.ai');
  assert.equal(account.account_type, 'admin');
  assert.ok(await createPasswords().verify(account.password_hash, 'root'));
});

test('a service that keeps the default password is refused when it moves to where others can reach it', async () => {
  await assert.rejects(
    ensureAdmin({ ...config, host: '0.0.0.0' }, database.url),
    /'root' is known to everybody/,
  );
});

test('another administrator can be made, but not twice', async () => {
  assert.equal(await createAdmin(database.url, 'ada@example.org', 'difference'), true);
  assert.equal(await createAdmin(database.url, 'ada@example.org', 'engine'), false);
  const account = (await accounts()).find(({ login }) => login === 'ada@example.org');
  assert.ok(await createPasswords().verify(account?.password_hash ?? '', 'difference'));
});

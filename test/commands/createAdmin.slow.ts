import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createAdmin, ensureAdmin, setPassword } from '../../commands/accounts/adminAccount.ts';
import { createAccountRemoval } from '../../db/accounts/accountRemoval.ts';
import { createAccountStore } from '../../db/accounts/accountStore.ts';
import { createKnownAccounts } from '../../db/accounts/knownAccounts.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { createRecords, type Records } from '../../db/sql/records.ts';
import { createPasswords } from '../../platform/crypto/passwords.ts';
import { setOldPassword } from '../support/oldPassword.ts';
import { createTestDatabase, type TestDatabase } from '../support/servers/database.ts';

const config = {
  ...{ host: '127.0.0.1', trustProxy: '', secureCookies: false },
  ...{ adminLogin: 'root@visionlabs.ai', adminPassword: undefined },
  ...{ passwordRules: 'manual' as const, breachedPasswordsFile: undefined },
};

let database: TestDatabase;
let db: Database;
let records: Records;
before(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, applicationName: 'test', maxConnections: 2 });
  records = createRecords({ url: database.url, applicationName: 'test', maxConnections: 1 });
});
after(async () => {
  await records.close();
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
    /ADMIN_PASSWORD: 'root' is public/,
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
  const others = { adminLogin: 'ops@company.com', adminPassword: 'a strong one' };
  for (const settings of [{}, others, { adminPassword: 'a strong one' }]) {
    await assert.rejects(
      ensureAdmin({ ...config, ...settings, host: '0.0.0.0' }, database.url),
      /password of root@visionlabs\.ai.*'root'.*set-password/,
    );
  }
});

test('an account whose password is its login keeps a service from where others can reach it, until it is changed', async () => {
  const settings = { ...config, host: 'luna.example', adminPassword: 'a strong one' };
  assert.equal(await setPassword(database.url, 'root@visionlabs.ai', 'no secret any more'), true);
  const accounts = createAccountStore(records);
  const login = 'customer@example.org';
  const passwordHash = await createPasswords().hash(login);
  const account = { accountId: randomUUID(), login, passwordHash, description: '' };
  const nobody = { accountId: null, login: 'test', requestId: null, remoteAddress: null };
  await accounts.register({ ...account, accountType: 'user' }, nobody);
  await assert.rejects(
    ensureAdmin(settings, database.url),
    ({ message }: Error) => message.includes(login) && !message.includes('root@visionlabs.ai'),
  );
  assert.equal(await setPassword(database.url, login, 'known to one'), true);
  assert.equal(await ensureAdmin(settings, database.url), false);
  assert.deepEqual(await createKnownAccounts(db).unvetted(), [], 'the next start has nothing to try');
  await setOldPassword(db, login, 'root');
  await assert.rejects(ensureAdmin(settings, database.url), /customer@example\.org/);
  await createAccountRemoval(db).remove(account.accountId, nobody);
});

test('an administrator that the settings name is told not to be made when there are accounts already', async () => {
  const told: object[] = [];
  const log = { warn: (fields: object, message: string) => void told.push({ ...fields, message }) };
  await ensureAdmin({ ...config, adminLogin: 'ops@company.com' }, database.url, log);
  await ensureAdmin(config, database.url, log);
  assert.equal(told.length, 1);
  assert.match(JSON.stringify(told), /ops@company\.com.*create-admin/);
});

test('a first administrator whose password is its login is made nowhere', async () => {
  const empty = await createTestDatabase();
  try {
    const settings = { ...config, adminLogin: 'ops@company.com', adminPassword: 'ops@company.com' };
    await assert.rejects(ensureAdmin(settings, empty.url), /ADMIN_PASSWORD: it is the same as ADMIN_LOGIN/);
  } finally {
    await empty.drop();
  }
});

test('a proxy on the same machine publishes the service: known passwords are refused there too', async () => {
  const empty = await createTestDatabase();
  try {
    for (const published of [{ trustProxy: 'loopback' }, { secureCookies: true }]) {
      const settings = { ...config, ...published };
      await assert.rejects(
        ensureAdmin(settings, empty.url),
        /ADMIN_PASSWORD: 'root' is public, and a proxy publishes the API/,
      );
      await setOldPassword(db, 'root@visionlabs.ai', 'root');
      await assert.rejects(
        ensureAdmin(settings, database.url),
        /a proxy publishes the API.*root@visionlabs\.ai/,
      );
      assert.equal(await ensureAdmin(config, database.url), false, 'without the proxy it starts');
    }
  } finally {
    await empty.drop();
  }
});

test('a first administrator that others can reach has a strong password, which must be changed on pages', async () => {
  const empty = await createTestDatabase();
  const rows = createDatabase({ url: empty.url, applicationName: 'test', maxConnections: 1 });
  try {
    const settings = { ...config, host: '0.0.0.0', passwordRules: 'strong' as const };
    await assert.rejects(
      ensureAdmin({ ...settings, adminPassword: 'short' }, empty.url),
      /ADMIN_PASSWORD: it must have at least 12 characters/,
    );
    assert.equal(
      await ensureAdmin({ ...settings, adminPassword: 'violet harbour at noon' }, empty.url),
      true,
    );
    const temporary = await rows.query('select must_change_password, password_expires_at from accounts');
    assert.deepEqual(temporary, [{ must_change_password: true, password_expires_at: null }]);
  } finally {
    await rows.close();
    await empty.drop();
  }
});

test('a command sets a temporary password, or with --own one that stays, by the rules of the settings', async () => {
  const login = 'typed@example.org';
  const run = (command: string, ADMIN_PASSWORD: string, settings: object = {}, ...options: string[]) => {
    const args = [`commands/${command}.ts`, '--login', login, ...options];
    const env = { PATH: process.env['PATH'], DATABASE_URL: database.url, ADMIN_PASSWORD, ...settings };
    return spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  };
  const state = async () => {
    const [row] = await db.query<{ temporary: boolean; hours: number | null }>(
      `select must_change_password temporary,
         round(extract(epoch from password_expires_at - now()) / 3600)::int hours
       from accounts where login = $1`,
      [login],
    );
    return row;
  };
  const strong = { PASSWORD_RULES: 'strong' };
  assert.equal(run('createAdmin', 'abc').status, 0);
  assert.deepEqual(await state(), { temporary: true, hours: null });
  const weak = run('setPassword', 'abc', strong);
  assert.deepEqual(
    [weak.status, weak.stderr.includes('this password must have at least 12')],
    [2, true],
    weak.stderr,
  );
  assert.equal(run('setPassword', 'violet harbour at noon', strong).status, 0);
  assert.deepEqual(await state(), { temporary: true, hours: 72 });
  assert.equal(run('setPassword', 'violet harbour at noon', strong, '--own').status, 0);
  assert.deepEqual(await state(), { temporary: false, hours: null });
});

test('a command gives nobody a password that everybody knows', () => {
  for (const [command, ADMIN_PASSWORD] of [
    ['createAdmin', 'root'],
    ['setPassword', 'root@visionlabs.ai'],
  ] as const) {
    const args = [`commands/${command}.ts`, '--login', 'root@visionlabs.ai'];
    const env = { PATH: process.env['PATH'], DATABASE_URL: database.url, ADMIN_PASSWORD };
    const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    assert.equal(status, 2, stderr);
    assert.match(stderr, /this password is public/);
  }
});

test('another administrator can be made, but not twice', async () => {
  assert.equal(await createAdmin(database.url, 'ada@example.org', 'difference'), true);
  assert.equal(await createAdmin(database.url, 'ada@example.org', 'engine'), false);
  const account = (await accounts()).find(({ login }) => login === 'ada@example.org');
  assert.ok(await createPasswords().verify(account?.password_hash ?? '', 'difference'));
});

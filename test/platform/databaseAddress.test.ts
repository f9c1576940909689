import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '../../platform/config.ts';
import { hostOf, parseDatabaseAddress } from '../../platform/databaseAddress.ts';

test('an address names one host or several, each with its own port, and the rest is the same for all', () => {
  const { urls, wanted } = parseDatabaseAddress(
    'postgres://u:p%40@a,b:6432,[::1]:7,10.0.0.1/luna?sslmode=verify-full&target_session_attrs=primary',
  );
  assert.deepEqual(urls.map(hostOf), [
    { host: 'a', port: 5432 },
    { host: 'b', port: 6432 },
    { host: '::1', port: 7 },
    { host: '10.0.0.1', port: 5432 },
  ]);
  assert.equal(urls[1], 'postgres://u:p%40@b:6432/luna?sslmode=verify-full');
  assert.equal(wanted, 'primary');
});

test('of several hosts one that takes changes is wanted unless the address says otherwise, of one whatever it is', () => {
  const wantedOf = (rest: string) => parseDatabaseAddress(`postgres://${rest}`).wanted;
  assert.equal(wantedOf('a/luna'), 'any');
  assert.equal(wantedOf('a,b/luna'), 'read-write');
  assert.equal(wantedOf('a,b/luna?target_session_attrs=any'), 'any');
  assert.equal(wantedOf('a/luna?target_session_attrs=read-write'), 'read-write');
});

test('a socket file is where the address says', () => {
  for (const url of ['postgres://u@%2Frun%2Fpg:5433/luna', 'postgres://u@h:5433/luna?host=/run/pg'])
    assert.deepEqual(hostOf(url), { host: '/run/pg', port: 5433 });
});

test('an address that cannot be used is refused with what is wrong, and without its password', () => {
  const faultsOf = (name: string, value: string): string => {
    try {
      loadConfig({ DATABASE_URL: 'postgres://u@a/luna', [name]: value });
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
    }
    return '';
  };
  for (const name of ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'MIGRATION_DATABASE_URL']) {
    for (const [value, sentence] of [
      ['postgres://u:hunter2@a,b:x/luna', /an address such as postgres:/],
      ['mysql://u:hunter2@a/luna', /an address such as postgres:/],
      ['postgres://u:hunter2@a,b/luna?target_session_attrs=standby', /not 'standby'/],
      ['postgres://u:hunter2@h/luna?host=a,b', /several hosts belong before the database/],
    ] as const) {
      const message = faultsOf(name, value);
      assert.match(message, new RegExp(`^ +${name}: `, 'm'));
      assert.match(message, sentence);
      assert.doesNotMatch(message, /hunter2/);
    }
  }
});

test('a direct address alone is refused: without DATABASE_URL npm start runs a database of its own', () => {
  assert.throws(
    () => loadConfig({ DATABASE_DIRECT_URL: 'postgres://u@a/luna' }),
    /DATABASE_URL: required with DATABASE_DIRECT_URL/,
  );
});

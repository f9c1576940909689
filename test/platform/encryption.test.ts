import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../platform/config.ts';
import { plainConnections } from '../../platform/encryption.ts';

const settingsOf = (env: Record<string, string>, urls: readonly string[] = []) =>
  plainConnections({ ...loadConfig(env), networks: [{}, ...urls.map((url) => ({ server: { url } }))] }).map(
    ({ setting }) => setting,
  );

test('a connection to PostgreSQL on another machine is reported unless it is encrypted', () => {
  const at = (rest: string) => settingsOf({ DATABASE_URL: `postgres://luna:secret@${rest}` });
  for (const rest of [
    'db.example/luna',
    '10.0.0.7:5432/luna',
    'db/luna?sslmode=disable',
    'db/luna?host=10.0.0.7',
  ])
    assert.deepEqual(at(rest), ['DATABASE_URL'], rest);
  for (const rest of [
    ...['db/luna?sslmode=verify-full', 'db/luna?sslmode=require', 'localhost/luna', '127.0.0.1:5432/luna'],
    ...['[::1]/luna', '%2Fvar%2Frun%2Fpostgresql/luna', 'localhost/luna?host=/var/run/postgresql'],
  ])
    assert.deepEqual(at(rest), [], rest);
});

test('a connection to Temporal on another machine is reported unless it is encrypted', () => {
  assert.deepEqual(settingsOf({ TEMPORAL_ADDRESS: 'temporal:7233' }), ['TEMPORAL_ADDRESS']);
  assert.deepEqual(settingsOf({ TEMPORAL_ADDRESS: '127.0.0.1:7233' }), []);
  assert.deepEqual(settingsOf({ TEMPORAL_ADDRESS: '[::1]:7233' }), []);
  for (const more of [{ TEMPORAL_TLS: 'true' }, { TEMPORAL_TLS_CA: 'ca' }, { TEMPORAL_API_KEY: 'key' }])
    assert.deepEqual(settingsOf({ TEMPORAL_ADDRESS: 'temporal:7233', ...more }), []);
});

test('remote extractors, webhooks and image origins on other machines are reported if they may be plain HTTP', () => {
  assert.deepEqual(
    settingsOf({}, ['http://127.0.0.1:9000/', 'https://far.example/', 'http://localhost/']),
    [],
  );
  assert.deepEqual(settingsOf({}, ['http://far.example/a', 'http://far.example/a']), [
    'REMOTE_EXTRACTORS, EXTRACTORS_FILE',
  ]);
  assert.deepEqual(
    settingsOf({
      NOTIFICATION_HOSTS: 'hooks.example,http://10.1.2.3:8080',
      ORIGIN_HOSTS: 'http://127.0.0.1:*,http://cdn.example',
    }),
    ['NOTIFICATION_HOSTS', 'ORIGIN_HOSTS'],
  );
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { requireHttps } from '../../platform/encryption.ts';
import { ConfigError, isLoopback, isUnencrypted, loadConfig } from '../../platform/config.ts';
import { showSettings } from '../../platform/settings/shownSettings.ts';

const secret = 'a-secret-that-is-long-enough-for-cookies';

function faultsOf(env: Record<string, string>, role?: 'api'): readonly string[] {
  try {
    loadConfig(env, role);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.faults;
  }
  return assert.fail('the settings were accepted');
}

test('with no variable set every setting has its documented default', () => {
  const config = loadConfig({});
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.port, 5010);
  assert.equal(config.dataDir, resolve('data'));
  assert.equal(config.imageStore, `folder:${resolve('data', 'samples')}`);
  assert.equal(config.databaseUrl, undefined);
  assert.equal(config.gcWindow, 4);
  assert.equal(config.defaultBodyDescriptorVersion, 101);
  assert.ok(config.extractProcesses >= 1);
  assert.ok(Object.isFrozen(config));
});

test('whose word counts for where a client is are proxies that express knows, not everybody', () => {
  for (const proxies of ['', '1', 'loopback', 'loopback, 10.0.0.0/8', '192.0.2.7,2001:db8::/32,uniquelocal'])
    assert.equal(loadConfig({ TRUST_PROXY: proxies }).trustProxy, proxies);
  for (const proxies of ['true', 'nginx', '-1', '1.5', '10.0.0.0/33', '0.0.0.0/0', 'loopback,', '[::1]']) {
    const [fault = '', ...others] = faultsOf({ TRUST_PROXY: proxies });
    assert.match(fault, /^TRUST_PROXY: a number of proxies/, proxies);
    assert.deepEqual(others, []);
  }
});

test('all faults are told at once, each with its variable', () => {
  const faults = faultsOf({ PORT: '70000', SECURE_COOKIES: 'maybe', LOG_LEVEL: 'loud', GC_WINDOW: '4x' });
  for (const name of ['PORT', 'SECURE_COOKIES', 'LOG_LEVEL', 'GC_WINDOW']) {
    assert.equal(faults.filter((fault) => fault.startsWith(`${name}:`)).length, 1, name);
  }
  assert.equal(faults.length, 4);
});

test('false means false', () => {
  assert.equal(loadConfig({ CONFIG_PUBLIC: 'false' }).configPublic, false);
  assert.equal(loadConfig({ CONFIG_PUBLIC: '0' }).configPublic, false);
  assert.equal(loadConfig({ CONFIG_PUBLIC: 'true' }).configPublic, true);
});

test('an empty variable counts as absent', () => {
  assert.equal(loadConfig({ PORT: '', DATABASE_URL: '' }).port, 5010);
});

test('a secret can be given in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'luna-config-'));
  try {
    const file = join(folder, 'secret');
    await writeFile(file, `${secret}\n`);
    assert.deepEqual(loadConfig({ SESSION_SECRET_FILE: file }, 'api').sessionSecret, [secret]);
    assert.match(faultsOf({ SESSION_SECRET: secret, SESSION_SECRET_FILE: file }).join(), /set twice/);
    assert.match(
      faultsOf({ ADMIN_PASSWORD_FILE: join(folder, 'absent') }).join(),
      /^ADMIN_PASSWORD_FILE: ENOENT/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a wrong secret's value is not repeated in the fault", () => {
  const faults = faultsOf({ DATABASE_URL: 'mysql://me:hunter2@db/x', SESSION_SECRET: 'short' });
  assert.equal(faults.length, 2);
  assert.doesNotMatch(faults.join(), /hunter2|'short'/);
});

test('the API does not start without a session secret, and says so once', () => {
  assert.deepEqual(faultsOf({}, 'api'), ['SESSION_SECRET: required, at least 32 characters']);
  assert.equal(faultsOf({ SESSION_SECRET: 'short' }, 'api').length, 1);
});

test('origin hosts are a comma-separated list', () => {
  assert.deepEqual(loadConfig({ ORIGIN_HOSTS: 'a.example, b.example,' }).originHosts, [
    'a.example',
    'b.example',
  ]);
});

test('only addresses of this machine count as loopback', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1']) assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example']) assert.ok(!isLoopback(host), host);
});

test('remote extractors are read from one line, and a wrong one is named', () => {
  const line = 'face:4:512=http://one:9000/extract, body:102:256:attributes=https://two/x?y=1';
  assert.deepEqual(loadConfig({ REMOTE_EXTRACTORS: line }).remoteExtractors, [
    { kind: 'face', version: 4, dimension: 512, attributes: false, url: 'http://one:9000/extract' },
    { kind: 'body', version: 102, dimension: 256, attributes: true, url: 'https://two/x?y=1' },
  ]);
  const wrong = [
    'face:4=http://one',
    'face:0:512=http://one',
    'face:4:0=http://one',
    'dog:4:512=http://one',
    'face:4:512=ftp://one',
    'face:4:512=http://me:secret@one',
  ];
  for (const item of wrong) {
    const faults = faultsOf({ REMOTE_EXTRACTORS: item });
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? '', /^REMOTE_EXTRACTORS: items like/);
  }
});

test('secrets of notifications have names, by commas or lines, and no message repeats them', () => {
  const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const { notificationSecrets } = loadConfig({ NOTIFICATION_SECRETS: `orders=${key}\nold=${secret}, ` });
  assert.deepEqual(notificationSecrets, { orders: key, old: secret });
  for (const wrong of [
    key,
    `=${key}`,
    'orders=too-short',
    `a=${secret},a=${secret}`,
    'orders=whsec_dG9vIHNob3J0',
  ]) {
    const faults = faultsOf({ NOTIFICATION_SECRETS: wrong });
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? '', /^NOTIFICATION_SECRETS: items like name=secret/);
    assert.doesNotMatch(faults[0] ?? '', /whsec|short|cookies/);
  }
});

test('a certificate needs its key and a key its certificate; with both, cookies are for HTTPS only', () => {
  assert.deepEqual(faultsOf({ TLS_CERT: '/tls.crt' }), ['TLS_KEY: required with TLS_CERT']);
  assert.deepEqual(faultsOf({ TLS_KEY: '/tls.key' }), ['TLS_CERT: required with TLS_KEY']);
  assert.equal(loadConfig({ TLS_CERT: '/tls.crt', TLS_KEY: '/tls.key' }).secureCookies, true);
  assert.equal(loadConfig({}).secureCookies, false);
});

test('a start that other machines reach is unencrypted without a certificate or a proxy that is trusted to have one', () => {
  const open = { HOST: '0.0.0.0' };
  const unencrypted = [
    open,
    { ...open, SECURE_COOKIES: 'true' },
    { ...open, TRUST_PROXY: '1' },
    { HOST: '10.0.0.1' },
  ];
  for (const env of unencrypted) assert.ok(isUnencrypted(loadConfig(env)), JSON.stringify(env));
  const fine = [
    {},
    { ...open, TLS_CERT: '/tls.crt', TLS_KEY: '/tls.key' },
    { ...open, TRUST_PROXY: '1', SECURE_COOKIES: 'true' },
  ];
  for (const env of fine) assert.ok(!isUnencrypted(loadConfig(env)), JSON.stringify(env));
  for (const env of unencrypted) {
    assert.throws(
      () => requireHttps(loadConfig({ ...env, REQUIRE_HTTPS: 'true' })),
      /HOST: .* without HTTPS; set TLS_CERT/,
      JSON.stringify(env),
    );
    requireHttps(loadConfig(env));
  }
  for (const env of fine) requireHttps(loadConfig({ ...env, REQUIRE_HTTPS: 'true' }));
});

test('a webhook of the audit needs HTTPS beyond this machine and a secret that exists, and is never shown', () => {
  const secrets = { NOTIFICATION_SECRETS: `siem=${secret}` };
  const address = 'https://siem.example.com/token-in-the-address';
  const webhook = { ...secrets, AUDIT_WEBHOOK: address, AUDIT_WEBHOOK_SECRET: 'siem' };
  assert.equal(loadConfig(webhook).auditWebhook, address);
  assert.deepEqual(faultsOf({ ...secrets, AUDIT_WEBHOOK: address }), [
    'AUDIT_WEBHOOK_SECRET: required with AUDIT_WEBHOOK',
  ]);
  assert.deepEqual(faultsOf({ ...webhook, AUDIT_WEBHOOK_SECRET: 'other' }), [
    "AUDIT_WEBHOOK_SECRET: NOTIFICATION_SECRETS has no secret called 'other'",
  ]);
  const [fault = ''] = faultsOf({
    ...webhook,
    AUDIT_WEBHOOK: 'http://siem.example.com/token-in-the-address',
  });
  assert.match(fault, /^AUDIT_WEBHOOK: .*HTTPS, unless it is on this machine$/);
  assert.doesNotMatch(fault, /token-in/);
  assert.equal(showSettings(loadConfig(webhook))['AUDIT_WEBHOOK'], '*****');
});

test("passwords follow the manual's rules, whoever reaches the API, unless strong ones are wanted", () => {
  const rulesOf = (env: Record<string, string>) => loadConfig(env).passwordRules;
  for (const env of [{}, { HOST: '0.0.0.0' }, { TRUST_PROXY: '1' }, { SECURE_COOKIES: 'true' }]) {
    assert.equal(rulesOf(env), 'manual', JSON.stringify(env));
    assert.equal(rulesOf({ ...env, PASSWORD_RULES: 'strong' }), 'strong');
  }
});

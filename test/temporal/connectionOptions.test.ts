import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../platform/config.ts';
import { connectionSettings } from '../../temporal/connectionOptions.ts';

const settings = (env: Record<string, string>) => connectionSettings(loadConfig(env), 'temporal:7233');

test('Temporal is spoken to by TLS as soon as anything of it is set', () => {
  assert.equal(settings({}).tls, undefined);
  assert.equal(settings({ TEMPORAL_TLS: 'true' }).tls, true);
  assert.equal(settings({ TEMPORAL_API_KEY: 'key' }).tls, true);
  assert.deepEqual(
    settings({ TEMPORAL_TLS_CA: 'ca', TEMPORAL_TLS_CERT: 'cert', TEMPORAL_TLS_KEY: 'key' }).tls,
    {
      serverRootCACertificate: Buffer.from('ca'),
      clientCertPair: { crt: Buffer.from('cert'), key: Buffer.from('key') },
    },
  );
});

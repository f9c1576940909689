import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { loadConfig } from '../../platform/config.ts';
import { getSigningKey } from '../../platform/crypto/signingKey.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { readCompose } from './deployments.ts';

const run = promisify(execFile);

let folder: TestFolder;
const made = (name: string): string => join(folder.path, 'secrets', name);
const read = (name: string): Promise<string> => readFile(made(name), 'utf8');

/** The commands of docs/operations.md that create the files, without those that start containers or need root. */
before(async () => {
  folder = await createTestFolder('secrets');
  const text = await readFile('docs/operations.md', 'utf8');
  const blocks = [...text.matchAll(/```\n((?:mkdir -m 700 secrets|cd secrets)[^]*?)```/g)];
  assert.equal(blocks.length, 2);
  for (const [, block = ''] of blocks) {
    const script = block.replaceAll('chown 1000 * && ', '').replace(/^docker compose .*$/gm, '');
    await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder.path });
  }
});
after(() => folder.remove());

test('the commands in the documentation create every secret file of Compose', async () => {
  for (const file of ['docker-compose.yml', 'docker-compose.tls.yml']) {
    const { secrets } = await readCompose(file);
    assert.ok(Object.keys(secrets).length > 0);
    for (const [name, secret] of Object.entries(secrets)) {
      assert.equal(secret.file, `./secrets/${name}`);
      await assert.doesNotReject(read(name), name);
    }
  }
});

test('the service starts with the files that the commands have created', async () => {
  const config = loadConfig(
    {
      DATABASE_URL_FILE: made('database_url'),
      SESSION_SECRET_FILE: made('session_secret'),
      ADMIN_PASSWORD_FILE: made('admin_password'),
      SYS_INFO_KEY_FILE: made('sys_info_key'),
      NOTIFICATION_SECRETS_FILE: made('notification_secrets'),
    },
    'api',
  );
  await getSigningKey(config);
  const service = new URL(config.databaseUrl ?? '');
  assert.equal(service.username, 'luna_service');
  assert.equal(service.password, (await read('luna_service_password')).trim());
  const owner = new URL(await read('migration_database_url'));
  assert.equal(owner.username, 'luna_owner');
  assert.equal(owner.password, (await read('luna_owner_password')).trim());
});

test('the keys that the commands create have 128 bits of strength, and each certificate its own', async () => {
  const names = ['tls', 'temporal', 'temporal_api', 'temporal_worker', 'temporal_operator'];
  const authority = new X509Certificate(await read('temporal_ca'));
  const keys = new Set<string>();
  for (const name of names) {
    const pem = await read(`${name}_key`);
    const key = createPrivateKey(pem);
    assert.equal(key.asymmetricKeyDetails?.namedCurve, 'prime256v1', name);
    const certificate = new X509Certificate(await read(`${name}_cert`));
    assert.ok(certificate.checkPrivateKey(key), name);
    if (name !== 'tls') assert.ok(certificate.verify(authority.publicKey), name);
    keys.add(pem);
  }
  assert.equal(keys.size, names.length);
});

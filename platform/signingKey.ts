import { createPrivateKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError, type Config } from './config.ts';

/**
 * The given Ed25519 key that signs the system information, or the one that the first start made and keeps in
 * `DATA_DIR/secrets`.
 * @throws ConfigError for a key of another kind
 */
export async function getSigningKey(config: Pick<Config, 'dataDir' | 'sysInfoKey'>): Promise<KeyObject> {
  if (config.sysInfoKey !== undefined) return readKey(config.sysInfoKey, 'SYS_INFO_KEY');
  const file = keyFile(config.dataDir);
  const kept = await readFile(file, 'utf8').catch(() => null);
  return readKey(kept ?? (await makeKey(file)), file);
}

export function keyFile(dataDir: string): string {
  return join(dataDir, 'secrets', 'sys-info.pem');
}

function readKey(pem: string, name: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw new ConfigError([`${name}: ${error instanceof Error ? error.message : 'no private key'}`]);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new ConfigError([`${name}: not an Ed25519 key`]);
  return key;
}

/** Of several processes that start at the same time the first one's key is kept. */
async function makeKey(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(draft, pem, { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}

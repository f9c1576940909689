import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalJson } from '../canonicalJson.ts';
import { type Config, ConfigError } from '../config.ts';

/**
 * The given Ed25519 key that signs system information, heads of the audit and erasure certificates, or the one that the first start made and keeps in
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

/** The document with its `signature`: Ed25519 over the canonical JSON (RFC 8785) of the rest, base64. */
export function signJson<Document extends object>(
  document: Document,
  privateKey: KeyObject,
): Document & { signature: string } {
  // As a reader will see it: without what JSON leaves out.
  const plain = JSON.parse(JSON.stringify(document)) as Document;
  return { ...plain, signature: sign(null, canonicalJson(plain), privateKey).toString('base64') };
}

/** Whether the document is, but for spaces and the order of its fields, what the owner of one of the keys has signed. */
export function isSignedBy(document: object, publicKeys: KeyObject | readonly KeyObject[]): boolean {
  const { signature, ...rest } = document as { signature?: unknown };
  if (typeof signature !== 'string') return false;
  const bytes = Buffer.from(signature, 'base64');
  return [publicKeys].flat().some((key) => verify(null, canonicalJson(rest), key, bytes));
}

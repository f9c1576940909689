import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../platform/config.ts';

/** The given key of session cookies, or the one that the first start made and keeps in `DATA_DIR/secrets`. */
export async function sessionSecret(config: Pick<Config, 'dataDir' | 'sessionSecret'>): Promise<string> {
  if (config.sessionSecret !== undefined) return config.sessionSecret;
  const folder = join(config.dataDir, 'secrets');
  const file = join(folder, 'session');
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (kept.length >= 32) return kept;
  const secret = randomBytes(32).toString('base64url');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes an empty folder that others may pass through: when root runs this, PostgreSQL runs as another user, and its
 * files would go to /var/tmp and stay there.
 */
export async function makeTemporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `luna-${name}-`));
  await chmod(folder, 0o711);
  return folder;
}

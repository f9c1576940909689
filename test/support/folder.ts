import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** An empty folder that also the user who runs PostgreSQL for root may enter. */
export async function createTestFolder(name: string): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), `luna-${name}-`));
  await chmod(path, 0o711);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

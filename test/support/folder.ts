import { rm } from 'node:fs/promises';
import { makeTemporaryFolder } from '../../platform/temporaryFolder.ts';

export interface TestFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** An empty folder. */
export async function createTestFolder(name: string): Promise<TestFolder> {
  const path = await makeTemporaryFolder(name);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

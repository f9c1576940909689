import { join } from 'node:path';
import { after } from 'node:test';
import { v7 } from 'uuid';
import type { ImportDeps, ImportOptions } from '../../../commands/import/importPhotos.ts';
import { createImportStore } from '../../../db/faces/importStore.ts';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { createFaceDetector } from '../../../extraction/pictures/detect.ts';
import { samplePhotos } from '../../../extraction/pictures/photoFiles.ts';
import { createExtractorPool } from '../../../extraction/pool/pool.ts';
import { createFolderStore } from '../../../imagestore/folder.ts';
import { createLogger } from '../../../platform/logger.ts';
import { unmarked } from '../../support/engine/unmarked.ts';
import { createTestFolder } from '../../support/folder.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

export const photos = samplePhotos.slice(0, 2);

export const options = (overrides: Partial<ImportOptions> = {}): ImportOptions => ({
  accountId: v7(),
  events: false,
  copies: 0,
  seed: 1,
  ...{ descriptorVersion: 1, bodyDescriptorVersion: 101 },
  ...overrides,
});

/** For a file of tests: a database, a folder of samples and the networks, as an import needs them. */
export async function openImport() {
  const { db } = await openTestDatabase(4);
  const folder = await createTestFolder('import');
  const pool = createExtractorPool({
    processes: 1,
    networks: builtIn,
    log: createLogger({ name: 'test', level: 'silent', format: 'json' }),
  });
  after(async () => {
    await pool.close();
    await folder.remove();
  });
  const deps: ImportDeps = {
    store: createImportStore(db),
    images: createFolderStore(join(folder.path, 'samples'), unmarked),
    pool,
    detector: await createFaceDetector(),
  };

  async function count(sql: string, ...binds: unknown[]): Promise<number> {
    const [row] = await db.query<{ count: number }>(`select count(*) from ${sql}`, binds);
    return row?.count ?? -1;
  }

  return { db, folder, pool, deps, count };
}

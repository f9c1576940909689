import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { v7 as newId } from 'uuid';
import { createSampleStoreRow } from '../../../db/faces/sampleStoreRow.ts';
import { createDatabase } from '../../../db/sql/connection.ts';
import { type Holdings, openHoldings } from '../../../imagestore/holdings.ts';
import { openImageStore } from '../../../imagestore/openImageStore.ts';
import { loadConfig } from '../../../platform/config.ts';
import { buildFace, insertFaces } from '../rows/rows.ts';
import { createTestDatabase } from '../servers/database.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A database with faces whose samples are in a store, and the command that copies it. */
export async function createCopyBed(env: Readonly<Record<string, string>> = {}) {
  const database = await createTestDatabase();
  const db = createDatabase({ url: database.url, applicationName: 'test', maxConnections: 3 });

  const start = (...args: string[]) =>
    spawn(process.execPath, ['commands/samples.ts', 'copy', ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...env, DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  return {
    db,
    start,
    copy: async (...args: string[]) => {
      const child = start(...args);
      const [stdout, stderr] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        child.exitCode === null ? once(child, 'exit') : null,
      ]);
      return { code: child.exitCode, stdout, stderr };
    },
    /** As the service opens it: marked, and refused without the mark. */
    open: (place: string) =>
      openImageStore(loadConfig({ ...env, IMAGE_STORE: place }), createSampleStoreRow(db)),
    holdings: (place: string): Promise<Holdings> =>
      openHoldings(place, loadConfig({ ...env, IMAGE_STORE: place })),
    /** Faces with samples whose images are in the store; each image is its own key. */
    addSamples: async (place: string, count: number): Promise<string[]> => {
      const { images } = await openHoldings(place, loadConfig({ ...env, IMAGE_STORE: place }));
      const faces = Array.from({ length: count }, () => buildFace({ storageKey: newId() }));
      const keys = faces.map(({ storageKey }) => storageKey ?? '');
      for (let at = 0; at < count; at += 50) {
        await Promise.all(keys.slice(at, at + 50).map((key) => images.put(key, Buffer.from(key))));
      }
      await insertFaces(db, faces);
      return keys;
    },
    close: async (): Promise<void> => {
      await db.close();
      await database.drop();
    },
  };
}

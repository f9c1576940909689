import { Agent } from 'node:http';
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Client } from 'minio';
import { samplePath } from '../../imagestore/samplePath.ts';

/** What a store does with images, and what its floor does. */
export interface StoreWork {
  put(key: string, bytes: Buffer): Promise<unknown>;
  get(key: string): Promise<Buffer>;
  remove(keys: readonly string[]): Promise<unknown>;
}

const atOnce = 16;

/** Files that are on the disk when they are written, in the same folders: no mark, and folders that are not synchronised. */
export function createFolderFloor(root: string): StoreWork {
  return {
    put: async (key, bytes) => {
      const file = samplePath(root, key);
      await mkdir(dirname(file), { recursive: true });
      const handle = await open(`${file}.draft`, 'wx');
      await handle.writeFile(bytes);
      await handle.sync();
      await handle.close();
      await rename(`${file}.draft`, file);
    },
    get: (key) => readFile(samplePath(root, key)),
    remove: (keys) => inTurns(keys, (key) => unlink(samplePath(root, key))),
  };
}

/** minio's client alone, over as many connections: no mark, no second try, no look at what a bulk delete answers. */
export function createBucketFloor(
  endpoint: URL,
  keys: { accessKey: string; secretKey: string },
  bucket: string,
): StoreWork {
  const client = new Client({
    ...{
      endPoint: endpoint.hostname,
      port: Number(endpoint.port),
      useSSL: false,
      region: 'us-east-1',
      ...keys,
    },
    transportAgent: new Agent({ keepAlive: true, maxSockets: 32 }),
  });
  return {
    put: (key, bytes) => client.putObject(bucket, samplePath('', key), bytes, bytes.length),
    get: async (key) => buffer(await client.getObject(bucket, samplePath('', key))),
    remove: async (all) => {
      for (let at = 0; at < all.length; at += 1_000)
        await client.removeObjects(
          bucket,
          all.slice(at, at + 1_000).map((key) => samplePath('', key)),
        );
    },
  };
}

/** As many at the same time as an import writes. */
export async function inTurns(
  keys: readonly string[],
  work: (key: string) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let key = keys[next++]; key !== undefined; key = keys[next++]) await work(key);
    }),
  );
}

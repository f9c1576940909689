import { basename, extname } from 'node:path';
import type { Client } from 'minio';

/** A sample store in object storage, with a client of the checker's own. */
export interface SampleBucket {
  readonly client: Client;
  readonly bucket: string;
  /** Images lie below it; empty: in the whole bucket. */
  readonly prefix: string;
}

/** The keys of every image that a bucket holds. */
export async function keysInBucket({ client, bucket, prefix }: SampleBucket): Promise<Set<string>> {
  const keys = new Set<string>();
  const start = prefix === '' ? '' : `${prefix}/`;
  for await (const item of client.listObjectsV2(bucket, start, true)) {
    const { name = '' } = item as { readonly name?: string };
    if (name.endsWith('.jpg')) keys.add(basename(name, extname(name)));
  }
  return keys;
}

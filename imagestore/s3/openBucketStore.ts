import type { HeldImage, Holdings } from '../holdings.ts';
import type { ImageStore } from '../imageStore.ts';
import { createMarkCheck, type MarkCheck, type StoreRow } from '../mark.ts';
import { keyOfName } from '../samplePath.ts';
import { openBucket, type Bucket } from './bucket.ts';
import { createBucketMark, createBucketStore } from './bucketStore.ts';
import type { S3Settings } from './s3Settings.ts';

/** A bucket, or what is below a prefix in it, as the sample store of the database. */
export function openBucketStore(settings: S3Settings, row: StoreRow): ImageStore {
  const bucket = openBucket(settings);
  const { prefix } = settings;
  return createBucketStore(bucket, prefix, createMarkCheck(createBucketMark(bucket, prefix), row));
}

/** The same as a whole, for a copy. */
export function openBucketHoldings(settings: S3Settings, checkMark: MarkCheck): Holdings {
  const bucket = openBucket(settings);
  const { prefix } = settings;
  return {
    images: createBucketStore(bucket, prefix, checkMark),
    mark: createBucketMark(bucket, prefix),
    list: () => listImages(bucket, prefix),
  };
}

async function* listImages(bucket: Bucket, prefix: string): AsyncGenerator<HeldImage> {
  const start = prefix === '' ? '' : `${prefix}/`;
  for await (const { name, size, modified } of bucket.list(start)) {
    const key = keyOfName(name.slice(start.length));
    if (key !== null) yield { key, size, modified };
  }
}

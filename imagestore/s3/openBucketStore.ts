import type { ImageStore } from '../imageStore.ts';
import { createMarkCheck, type StoreRow } from '../mark.ts';
import { openBucket } from './bucket.ts';
import { createBucketMark, createBucketStore } from './bucketStore.ts';
import type { S3Settings } from './s3Settings.ts';

/** A bucket, or what is below a prefix in it, as the sample store of the database. */
export function openBucketStore(settings: S3Settings, row: StoreRow): ImageStore {
  const bucket = openBucket(settings);
  const { prefix } = settings;
  return createBucketStore(bucket, prefix, createMarkCheck(createBucketMark(bucket, prefix), row));
}

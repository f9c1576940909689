import { DomainError } from '../../domain/errors.ts';
import { type ImageStore, type RemovedImages, StoreAwayError } from '../imageStore.ts';
import { type MarkCheck, type MarkedPlace, markName } from '../mark.ts';
import { samplePath } from '../samplePath.ts';
import type { Bucket } from './bucket.ts';
import { deletedAtOnce } from './deleteObjects.ts';

/** The mark of a bucket, or of a prefix in it. */
export function createBucketMark(bucket: Bucket, prefix: string): MarkedPlace {
  const { place } = bucket;
  const name = nameIn(prefix, markName);
  return {
    place,
    readMark: async (how) => {
      const found = await bucket.get(name, how);
      if (Buffer.isBuffer(found)) return found.toString('utf8').trim();
      if (found.code === 'NoSuchKey') return null;
      throw new StoreAwayError(place, `refuses access: its mark cannot be read (${found.code})`);
    },
    writeMark: (storeId) => bucket.put(name, Buffer.from(`${storeId}\n`), 'text/plain'),
    hasImage: async (key) => Buffer.isBuffer(await bucket.get(samplePath(prefix, key))),
  };
}

/**
 * Objects under the names that files have in a folder. S3 says of a name that it has never heard of that it is deleted:
 * so `checkMark` is asked before and after, and what went to another bucket is not counted.
 */
export function createBucketStore(bucket: Bucket, prefix: string, checkMark: MarkCheck): ImageStore {
  const { place } = bucket;

  const deleteOrSayWhy = async (names: readonly string[]) => {
    const first = await bucket.delete(names);
    if (first.deleted.length > 0 || !areAllDenied(first.refused)) return first;
    // Protected, all of them? Then a name that nothing has is not refused. Or the right is missing.
    const probe = nameIn(prefix, '.luna-admin-probe');
    if ((await bucket.delete([probe])).refused.has(probe)) {
      throw new StoreAwayError(place, 'refuses access: the key has no right to delete (AccessDenied)');
    }
    // Or it has only just come back.
    return bucket.delete(names);
  };

  const removeSome = async (keys: readonly string[]): Promise<RemovedImages> => {
    const keyOf = new Map(keys.map((key) => [samplePath(prefix, key), key]));
    await checkMark();
    const { deleted, refused, away } = await deleteOrSayWhy([...keyOf.keys()]);
    await checkMark();
    const toKey = (name: string): string => keyOf.get(name) ?? name;
    return {
      gone: deleted.map(toKey),
      refused: new Map([...refused].map(([name, code]) => [toKey(name), new Error(`S3 answers ${code}`)])),
      away,
    };
  };

  return {
    put: async (key, bytes) => {
      const name = samplePath(prefix, key);
      await checkMark();
      await bucket.put(name, bytes);
    },

    get: async (key) => {
      const name = samplePath(prefix, key);
      let found = await bucket.get(name);
      if (Buffer.isBuffer(found)) return found;
      // The bucket is the right one, and may be so only since it was asked.
      await checkMark();
      found = await bucket.get(name);
      if (Buffer.isBuffer(found)) return found;
      if (found.code === 'NoSuchKey') {
        throw new DomainError('sampleMissing', `the sample store has no image ${samplePath('', key)}`);
      }
      throw new DomainError(
        'sampleUnreadable',
        `the image ${samplePath('', key)} cannot be read (${found.code})`,
      );
    },

    remove: async (keys) => {
      const gone: string[] = [];
      const refused = new Map<string, unknown>();
      for (const key of keys) samplePath(prefix, key);
      for (let start = 0; start < keys.length; start += deletedAtOnce) {
        const some = await removeSome(keys.slice(start, start + deletedAtOnce)).catch(noneIfAway);
        gone.push(...some.gone);
        for (const [key, error] of some.refused) refused.set(key, error);
        if (some.away !== null) return { gone, refused, away: some.away };
      }
      return { gone, refused, away: null };
    },

    // An object is there whole or not at all.
    removeDrafts: async () => {
      await checkMark();
      return 0;
    },

    keepsVersions: () => bucket.keepsVersions(),

    check: () => checkMark({ isBrief: true }),
  };
}

function noneIfAway(error: unknown): RemovedImages {
  if (error instanceof StoreAwayError) return { gone: [], refused: new Map(), away: error };
  throw error;
}

function areAllDenied(refused: ReadonlyMap<string, string>): boolean {
  return refused.size > 0 && [...refused.values()].every((code) => code === 'AccessDenied');
}

function nameIn(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}/${name}`;
}

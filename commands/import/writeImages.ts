import type { ImportStore } from '../../db/faces/importStore.ts';
import type { ImageStore } from '../../imagestore/imageStore.ts';
import { allOrFirstError } from '../../platform/allOrFirstError.ts';

export interface WriteDeps {
  readonly store: Pick<ImportStore, 'announceImages' | 'renewImages'>;
  readonly images: Pick<ImageStore, 'put'>;
}

const atOnce = 16;

/**
 * Announces images and writes them, some at once. Announcements stay fresh while they are written, so that a slow store
 * takes its time: what must not take long is a single file.
 */
export async function writeImages(
  { store, images }: WriteDeps,
  wanted: readonly (readonly [key: string, image: Buffer])[],
): Promise<void> {
  const keys = wanted.map(([key]) => key);
  await store.announceImages(keys);
  for (let start = 0; start < wanted.length; start += atOnce) {
    await allOrFirstError(wanted.slice(start, start + atOnce).map(([key, image]) => images.put(key, image)));
    await store.renewImages(keys);
  }
}

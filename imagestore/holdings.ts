import { createFolderStore } from './folder.ts';
import { createFolderMark } from './folderMark.ts';
import type { ImageStore } from './imageStore.ts';
import { listFolder } from './listFolder.ts';
import type { MarkedPlace } from './mark.ts';
import type { StoreConfig } from './openImageStore.ts';
import { s3SettingsOf } from './s3/s3Settings.ts';

export interface HeldImage {
  readonly key: string;
  readonly size: number;
  readonly modified: Date;
}

/** A store as a whole, whatever its mark says. */
export interface Holdings {
  readonly images: ImageStore;
  readonly mark: MarkedPlace;
  /** In the order of the names that `samplePath` gives, the same in every store. */
  list(): AsyncIterable<HeldImage>;
}

const whateverMark = (): Promise<void> => Promise.resolve();

/** @throws ConfigError when settings that a bucket needs are missing */
export async function openHoldings(place: string, config: StoreConfig): Promise<Holdings> {
  if (!place.startsWith('s3:')) {
    const root = place.replace(/^folder:/, '');
    return {
      images: createFolderStore(root, whateverMark),
      mark: createFolderMark(root),
      list: () => listFolder(root),
    };
  }
  const { openBucketHoldings } = await import('./s3/openBucketStore.ts');
  return openBucketHoldings(s3SettingsOf(place, config), whateverMark);
}

import type { Config } from '../platform/config.ts';
import { createFolderStore } from './folder.ts';
import { createFolderMark } from './folderMark.ts';
import type { ImageStore } from './imageStore.ts';
import { createMarkCheck, type StoreRow } from './mark.ts';
import { type S3Config, type S3Settings, s3SettingsOf } from './s3/s3Settings.ts';

export type StoreConfig = Pick<Config, 'imageStore'> & S3Config;

/** The store that the setting IMAGE_STORE names. @throws ConfigError when settings that it needs are missing */
export function openImageStore(config: StoreConfig, row: StoreRow): ImageStore {
  const { imageStore } = config;
  if (imageStore.startsWith('s3:')) return openWhenAsked(s3SettingsOf(imageStore, config), row);
  const root = imageStore.replace(/^folder:/, '');
  return createFolderStore(root, createMarkCheck(createFolderMark(root), row));
}

/** The library takes an eighth of a second of processor time to load: a process with a folder does without it. */
function openWhenAsked(settings: S3Settings, row: StoreRow): ImageStore {
  let opening: Promise<ImageStore> | null = null;
  const opened = (): Promise<ImageStore> =>
    (opening ??= import('./s3/openBucketStore.ts').then(({ openBucketStore }) =>
      openBucketStore(settings, row),
    ));
  return {
    put: async (key, bytes) => (await opened()).put(key, bytes),
    get: async (key) => (await opened()).get(key),
    remove: async (keys) => (await opened()).remove(keys),
    removeDrafts: async (olderThanMs) => (await opened()).removeDrafts(olderThanMs),
    keepsVersions: async () => (await opened()).keepsVersions(),
    check: async () => (await opened()).check(),
  };
}

import { createFolderStore } from './folder.ts';
import type { ImageStore } from './imageStore.ts';
import { createMarkCheck, type StoreRow } from './mark.ts';

/** The store that the setting IMAGE_STORE names. @throws Error for a kind that is not known */
export function openImageStore(setting: string, row: StoreRow): ImageStore {
  const [kind, ...rest] = setting.split(':');
  const place = rest.join(':');
  if (kind === 'folder' && place !== '') return createFolderStore(place, createMarkCheck(place, row));
  throw new Error(`IMAGE_STORE: '${setting}' is no kind of store that this release knows (folder:PATH)`);
}

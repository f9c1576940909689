import { join } from 'node:path';

// Nothing that could leave the folder: no dot, no slash.
const keyPattern = /^[a-z0-9][a-z0-9-]{3,127}$/;

/** v7 ids share their first characters for hours; the last ones spread evenly. @throws RangeError for what is no key */
export function samplePath(root: string, key: string): string {
  if (!keyPattern.test(key)) throw new RangeError(`not an image key: ${JSON.stringify(key)}`);
  return join(root, key.slice(-2), key.slice(-4, -2), `${key}.jpg`);
}

/** The key of an image by its name below the root; null: it is no image of ours. */
export function keyOfName(name: string): string | null {
  const key = /^[^/]+\/[^/]+\/([^/]+)\.jpg$/.exec(name)?.[1] ?? '';
  return keyPattern.test(key) && samplePath('', key) === name ? key : null;
}

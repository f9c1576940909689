import { join } from 'node:path';

// Nothing that could leave the folder: no dot, no slash.
const keyPattern = /^[a-z0-9][a-z0-9-]{3,127}$/;

/** v7 ids share their first characters for hours; the last ones spread evenly. @throws RangeError for what is no key */
export function samplePath(root: string, key: string): string {
  if (!keyPattern.test(key)) throw new RangeError(`not an image key: ${JSON.stringify(key)}`);
  return join(root, key.slice(-2), key.slice(-4, -2), `${key}.jpg`);
}

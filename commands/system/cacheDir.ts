import { fileURLToPath } from 'node:url';

/** What can be made or fetched again lives here: the Temporal program, compiled workflows. */
export const cacheDir = fileURLToPath(new URL('../../node_modules/.cache/luna-admin', import.meta.url));

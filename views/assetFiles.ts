import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const ownFolder = fileURLToPath(new URL('assets/', import.meta.url));

const vendorFiles: Readonly<Record<string, string>> = {
  'bootstrap.min.css': require.resolve('bootstrap/dist/css/bootstrap.min.css'),
  'idiomorph.js': require.resolve('idiomorph/dist/idiomorph.esm.js'),
  'swagger-ui.css': require.resolve('swagger-ui-dist/swagger-ui.css'),
  'swagger-ui-bundle.js': require.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
};

/** Every file that a browser may fetch, by the name it has under {@link assetPrefix}. */
export const assetFiles: ReadonlyMap<string, string> = new Map([
  ...readdirSync(ownFolder)
    .filter((name) => !name.endsWith('.ts'))
    .map((name): [string, string] => [name, join(ownFolder, name)]),
  ...Object.entries(vendorFiles),
]);

/** Changes with any byte of any asset, so that browsers may keep what they have for ever. */
export const assetPrefix = `/assets/${fingerprint()}`;

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const [name, path] of assetFiles) hash.update(name).update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}

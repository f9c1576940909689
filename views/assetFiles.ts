import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const viewsFolder = fileURLToPath(new URL('.', import.meta.url));
const ownFolder = join(viewsFolder, 'assets');

const vendorFiles: Readonly<Record<string, string>> = {
  'reboot.css': require.resolve('bootstrap/dist/css/bootstrap-reboot.min.css'),
  'webauthn.js': join(dirname(require.resolve('@simplewebauthn/browser')), '../dist/bundle/index.umd.min.js'),
  'idiomorph.js': require.resolve('idiomorph/dist/idiomorph.esm.js'),
};

/** Every file that a browser may fetch, by the name it has under {@link assetPrefix}. */
export const assetFiles: ReadonlyMap<string, Buffer> = new Map([
  ...readdirSync(ownFolder)
    .filter((name) => !name.endsWith('.ts'))
    .map((name): [string, Buffer] => [name, readFileSync(join(ownFolder, name))]),
  ...Object.entries(vendorFiles).map(([name, path]): [string, Buffer] => [name, readFileSync(path)]),
  ['app.css', styleSheet()],
]);

/** Changes with any byte of any asset, so that browsers may keep what they have for ever. */
export const assetPrefix = `/assets/${fingerprint()}`;

/** The rules of base/, of the components and of the pages, in this order: each stand beside their template. */
function styleSheet(): Buffer {
  const names = readdirSync(viewsFolder, { recursive: true, encoding: 'utf8' });
  const own = names.filter((name) => name.endsWith('.css')).sort();
  return Buffer.concat(own.map((name) => readFileSync(join(viewsFolder, name))));
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of assetFiles) hash.update(name).update(bytes);
  return hash.digest('hex').slice(0, 12);
}

import { createHash } from 'node:crypto';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const builder = fileURLToPath(new URL('buildBundle.ts', import.meta.url));
const sources = ['workflows', 'domain'];
// For the builder.
const tracedWord = 'traced';

/**
 * The file with the workflows' code for the sandbox, built once per state of the sources; if traced, with the interceptors
 * that record spans and give activities the trace. Building happens in a
 * process of its own: the bundler needs 200 MB that a worker would never give back.
 */
export async function ensureWorkflowBundle(
  cacheDir: string,
  { isTraced = false }: { readonly isTraced?: boolean } = {},
): Promise<string> {
  const variant = isTraced ? 'traced-' : '';
  const file = join(cacheDir, `workflows-${variant}${await fingerprint()}.js`);
  if (await exists(file)) return file;
  await mkdir(cacheDir, { recursive: true });
  // Several processes may build at once; each writes its own file, and the last rename wins with the same content.
  const draft = `${file}.${process.pid}`;
  const child = fork(builder, [draft, ...(isTraced ? [tracedWord] : [])], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let output = '';
  child.stderr?.on('data', (text: Buffer) => (output += text.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the workflows could not be bundled:\n${output}`);
  await rename(draft, file);
  return file;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const sdk = createRequire(import.meta.url).resolve('@temporalio/workflow/package.json');
  hash.update(await readFile(sdk));
  for (const folder of sources) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter((each) => each.endsWith('.ts')).sort()) {
      hash.update(name).update(await readFile(join(root, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

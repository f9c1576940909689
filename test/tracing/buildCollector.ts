import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../../commands/system/cacheDir.ts';
import { runProgram } from '../../embedded/runProgram.ts';
import { fetchingEnvironment } from '../../platform/childEnvironment.ts';

const source = fileURLToPath(new URL('collector/', import.meta.url));

/** Go's version as far as it counts, such as 1.26; null: there is no Go. */
export async function findGo(): Promise<number | null> {
  try {
    const { stdout } = await runProgram('go', ['env', 'GOVERSION'], { cwd: source, env: goEnvironment() });
    return Number(/^go1\.(\d+)/.exec(stdout)?.[1] ?? NaN);
  } catch {
    return null;
  }
}

/** The program of the collector in the project's cache, built once for each state of its modules. */
export async function buildCollector(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['main.go', 'go.mod', 'go.sum']) hash.update(await readFile(join(source, name)));
  const program = join(cacheDir, `collector-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  await mkdir(cacheDir, { recursive: true });
  const draft = `${program}.${process.pid}`;
  const options = ['-mod=readonly', '-trimpath', '-ldflags=-s -w'];
  await runProgram('go', ['build', ...options, '-o', draft, '.'], { cwd: source, env: goEnvironment() });
  await rename(draft, program);
  return program;
}

/** Where Go takes modules from and keeps them, beside what any program is given. */
function goEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && /^GO[A-Z]+$/.test(entry[0]),
  );
  return { ...fetchingEnvironment(), ...Object.fromEntries(own), CGO_ENABLED: '0' };
}

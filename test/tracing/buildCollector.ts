import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../../commands/system/cacheDir.ts';
import { goEnvironment, whyNoGo } from '../../commands/system/goProgram.ts';
import { runProgram } from '../../embedded/runProgram.ts';

const source = fileURLToPath(new URL('collector/', import.meta.url));

/** Null: it has been built, or can be. */
export const whyNoCollector = (): Promise<string | null> => whyNoGo('the collector', 26);

/** The program of the collector in the project's cache, built once for each state of its modules. */
export async function buildCollector(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['main.go', 'go.mod', 'go.sum']) hash.update(await readFile(join(source, name)));
  const program = join(cacheDir, `collector-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  await mkdir(cacheDir, { recursive: true });
  const draft = `${program}.${process.pid}`;
  const options = ['-mod=readonly', '-trimpath', '-ldflags=-s -w'];
  await runProgram('go', ['build', ...options, '-o', draft, '.'], {
    cwd: source,
    env: { ...goEnvironment(), CGO_ENABLED: '0' },
  });
  await rename(draft, program);
  return program;
}

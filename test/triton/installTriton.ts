import { createHash } from 'node:crypto';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../../commands/system/cacheDir.ts';
import { runProgram } from '../../embedded/runProgram.ts';
import { fetchingEnvironment } from '../../platform/childEnvironment.ts';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
// Debian's own. The part of Triton that runs Python was built against 3.11.2 and ends with later ones of 3.11, as other
// tools install them, on `_recursion_count`.
const python = '/usr/bin/python3';

/**
 * A Python with Triton in the project's cache, made once for each version of the requirements: some 300 MB that pip
 * fetches, and half a gigabyte on the disk.
 */
export async function installTriton(): Promise<string> {
  const version = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const folder = join(cacheDir, `triton-${version}`);
  const done = join(folder, 'installed');
  const program = join(folder, 'bin', 'python');
  if (existsSync(done)) return program;
  await rm(folder, { recursive: true, force: true });
  await refuseOtherPython();
  await runProgram(python, ['-m', 'venv', folder]);
  const safety = ['--require-hashes', '--only-binary', ':all:', '--no-deps', '--no-input', '--quiet'];
  await runProgram(program, ['-m', 'pip', 'install', ...safety, '-r', requirements], {
    env: fetchingEnvironment(),
  });
  await runProgram('touch', [`${done}.new`]);
  await rename(`${done}.new`, done);
  return program;
}

async function refuseOtherPython(): Promise<void> {
  const isThere = await stat(python).then(
    () => true,
    () => false,
  );
  const { stdout } = isThere ? await runProgram(python, ['--version']) : { stdout: 'none' };
  if (stdout.trim() === 'Python 3.11.2') return;
  throw new Error(
    `Triton from PyPI needs Debian 12's python3 and python3-venv (3.11.2); ${python} is ${stdout.trim()}`,
  );
}

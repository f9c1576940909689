import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from '../../../commands/system/cacheDir.ts';
import { runProgram } from '../../../embedded/runProgram.ts';

// With the libraries that a Debian without PostgreSQL lacks.
const packages = ['pgbouncer', 'libevent-2.1-7', 'libc-ares2'];

const folder = join(cacheDir, 'pgbouncer');

/** Null: it has been unpacked, or was now. */
export async function whyNoPgbouncer(): Promise<string | null> {
  if (existsSync(folder)) return null;
  const made = `${folder}.new-${process.pid}`;
  await mkdir(made, { recursive: true });
  try {
    await runProgram('apt-get', ['download', ...packages], { cwd: made });
    for (const file of await readdir(made)) await runProgram('dpkg', ['-x', file, '.'], { cwd: made });
    await rename(made, folder);
    return null;
  } catch {
    return `needs apt-get and dpkg, and the Debian packages ${packages.join(', ')}`;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** The program, and where it finds its libraries. */
export async function pgbouncerProgram(): Promise<{ readonly file: string; readonly libraries: string }> {
  const libraries = join(folder, 'usr', 'lib');
  const [triplet] = (await readdir(libraries)).filter((name) => name.endsWith('-linux-gnu'));
  return { file: join(folder, 'usr', 'sbin', 'pgbouncer'), libraries: join(libraries, triplet ?? '') };
}

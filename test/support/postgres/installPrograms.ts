import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from '../../../commands/system/cacheDir.ts';
import { platformPackage } from '../../../embedded/postgresBinaries.ts';
import { runProgram } from '../../../embedded/runProgram.ts';
import { fetchingEnvironment } from '../../../platform/childEnvironment.ts';

/** The last release of each major that there is as a package, the oldest first. */
export const releases = [
  '14.23.0-beta.17',
  '15.18.0-beta.17',
  '16.14.0-beta.17',
  '17.10.0-beta.17',
  '18.4.0-beta.17',
] as const;

/** The last release that is too old. */
export const tooOld = '13.23.0-beta.16';

/** The main file of the package with that PostgreSQL, which is downloaded once. @throws if it cannot be */
export async function installPrograms(release: string): Promise<string> {
  const folder = join(cacheDir, `postgresql-${release}`);
  const name = platformPackage();
  const installed = join('node_modules', name);
  if (!existsSync(folder)) {
    const made = `${folder}.new-${process.pid}`;
    await mkdir(made, { recursive: true });
    const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', made];
    await runProgram('npm', ['install', ...options, `${name}@${release}`], { env: fetchingEnvironment() });
    // Its one script, which would ask for a permission of npm.
    const cwd = join(made, installed);
    await runProgram(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd });
    await rename(made, folder);
    await rm(made, { recursive: true, force: true });
  }
  return join(folder, installed, 'dist', 'index.js');
}

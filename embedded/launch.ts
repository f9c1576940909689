import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, stat, truncate } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../platform/logger.ts';
import { plainEnvironment } from '../platform/childEnvironment.ts';
import { stopProcess } from '../platform/processes.ts';
import type { SystemUser } from './postgresUser.ts';

export interface LaunchOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The server's own output; a file, so that the server outlives a killed parent without a broken pipe. */
  readonly logFile: string;
  readonly log: Logger;
  readonly user?: SystemUser | null;
  readonly readyLimitMs: number;
  /** A server that ends with this in its output before it is ready is started again until the limit. */
  readonly retryWhen?: RegExp;
  readonly isReady: (pid: number) => Promise<boolean>;
  /** Ends the wait for readiness, and the server with it. */
  readonly signal?: AbortSignal | undefined;
}

export interface EmbeddedServer {
  readonly pid: number;
  readonly port: number;
  /** Settles when the process has ended, however it came to that. */
  readonly exited: Promise<void>;
}

export interface Launched {
  readonly pid: number;
  readonly exited: Promise<void>;
  hasExited(): boolean;
  /** `exited`, for somebody who has nothing else to do: keeps this process alive until then. */
  waitForExit(): Promise<void>;
}

const unreadyStop = [
  ['SIGQUIT', 2_000],
  ['SIGKILL', 2_000],
] as const;

const logFileLimit = 10_000_000;

/** Starts a server in a process group of its own (Ctrl-C is for its parent) and waits until it is ready. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const limit = Date.now() + options.readyLimitMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const logStart = await trimmedSize(options.logFile);
    const server = await spawnServer(options);
    if (await becomesReady(server, limit, options)) return server;
    const output = await outputSince(options.logFile, logStart);
    if (!server.hasExited()) {
      await stopProcess(server.pid, unreadyStop);
      options.signal?.throwIfAborted();
      throw new Error(`${options.name} was not ready after ${options.readyLimitMs / 1000} s:\n${output}`);
    }
    if (options.retryWhen?.test(output) !== true || Date.now() > limit) {
      throw new Error(`${options.name} exited before it was ready:\n${output}`);
    }
    await delay(100);
  }
}

async function spawnServer({
  name,
  command,
  args,
  cwd,
  logFile,
  user,
  log,
}: LaunchOptions): Promise<Launched> {
  const file = await open(logFile, 'a');
  try {
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', file.fd, file.fd],
      cwd,
      env: plainEnvironment(),
      ...user,
    });
    const exited = new Promise<void>((resolve) => {
      child.once('exit', (code, signal) => {
        log.debug({ server: name, serverPid: child.pid, code, signal }, 'server ended');
        resolve();
      });
    });
    await once(child, 'spawn').catch((error: unknown) => {
      throw new Error(`${name} could not be started`, { cause: error });
    });
    child.unref();
    return {
      pid: child.pid ?? 0,
      exited,
      hasExited: () => child.exitCode !== null || child.signalCode !== null,
      waitForExit: () => {
        child.ref();
        return exited;
      },
    };
  } finally {
    await file.close();
  }
}

async function becomesReady(server: Launched, limit: number, options: LaunchOptions): Promise<boolean> {
  let nextWord = Date.now() + 3_000;
  while (!server.hasExited() && Date.now() < limit && options.signal?.aborted !== true) {
    if (await options.isReady(server.pid)) return true;
    if (Date.now() > nextWord) {
      options.log.info(`waiting for ${options.name} to be ready`);
      nextWord += 5_000;
    }
    await delay(20);
  }
  return false;
}

async function trimmedSize(file: string): Promise<number> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= logFileLimit) return size;
  await truncate(file);
  return 0;
}

async function outputSince(file: string, start: number): Promise<string> {
  const bytes = await readFile(file);
  return bytes.subarray(start).toString('utf8').trim().slice(-4_000);
}

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Environment } from '../../platform/config.ts';
import { startTimeOf, stopProcess } from '../../platform/processes.ts';
import type { UnitProcess } from './supervisor.ts';

export interface ChildOptions {
  readonly name: string;
  /** Absolute path of a TypeScript entry file that says `{ ready: true, url? }` when it is, and until then may say
   * `{ waiting: true }`: that it lives, and waits for something elsewhere. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly env: Environment;
  /** Where its output goes; default this process's stderr. */
  readonly logFile?: string | undefined;
  /** Remembers the child for a later start, should this process be killed. */
  readonly pidFile: string;
  /** For it to be ready, or to say again that it waits. */
  readonly readyLimitMs?: number;
  readonly stopLimitMs?: number;
  readonly signal?: AbortSignal;
}

export interface Child extends UnitProcess {
  /** The address that the child says it serves, if any. */
  readonly url: string | null;
}

interface ReadyMessage {
  readonly ready: true;
  readonly url?: string;
}

/**
 * Starts a process of ours in a group of its own (Ctrl-C is for its parent) and waits until it is ready.
 * It holds an IPC channel, so it learns of its parent's death; see shutdown.ts.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, pidFile, readyLimitMs = 60_000, stopLimitMs = 4_000, signal } = options;
  signal?.throwIfAborted();
  const child = await spawnChild(options);
  const { pid } = child;
  if (pid === undefined)
    throw new Error(`${name} could not be started`, { cause: await once(child, 'error') });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      killGroup(pid);
      void rm(pidFile, { force: true }).finally(resolve);
    });
  });
  await mkdir(dirname(pidFile), { recursive: true });
  await writeFile(pidFile, JSON.stringify({ pid, startTime: await startTimeOf(pid) }));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      await stopProcess(pid, [
        ['SIGTERM', stopLimitMs],
        ['SIGKILL', 2_000],
      ]);
    }
    await exited;
  };
  try {
    const message = await firstMessage(child, name, readyLimitMs, signal);
    return { pid, exited, stop, url: message.url ?? null };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ends the child that `pidFile` remembers, if it still runs: its parent was killed before it could. */
export async function stopLeftChild(pidFile: string): Promise<void> {
  const text = await readFile(pidFile, 'utf8').catch(() => null);
  if (text === null) return;
  const left = JSON.parse(text) as { pid: number; startTime: string };
  if ((await startTimeOf(left.pid)) === left.startTime) {
    await stopProcess(left.pid, [
      ['SIGTERM', 4_000],
      ['SIGKILL', 2_000],
    ]);
  }
  await rm(pidFile, { force: true });
}

/** Whatever the child had started itself ends with it. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function spawnChild({ file, args = [], env, logFile }: ChildOptions): Promise<ChildProcess> {
  const log = logFile === undefined ? null : await openLog(logFile);
  const output = log?.fd ?? 2;
  try {
    return fork(file, [...args], {
      env,
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
    });
  } finally {
    await log?.close();
  }
}

async function openLog(file: string) {
  await mkdir(dirname(file), { recursive: true });
  return open(file, 'a');
}

async function firstMessage(
  child: ChildProcess,
  name: string,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<ReadyMessage> {
  const settled = new AbortController();
  const late = new AbortController();
  const limit = setTimeout(() => late.abort(), limitMs);
  const heard = (): unknown => limit.refresh();
  child.on('message', heard);
  const signals = [settled.signal, late.signal, ...(signal === undefined ? [] : [signal])];
  const until = { signal: AbortSignal.any(signals) };
  try {
    return await Promise.race([
      readyMessage(child, until),
      once(child, 'exit', until).then(([code, by]: unknown[]) => {
        throw new Error(`${name} exited before it was ready (${String(by ?? code)})`);
      }),
    ]);
  } catch (error) {
    signal?.throwIfAborted();
    if (until.signal.aborted)
      throw new Error(`${name} was not ready after ${limitMs / 1000} s`, { cause: error });
    throw error;
  } finally {
    settled.abort();
    clearTimeout(limit);
    child.off('message', heard);
  }
}

async function readyMessage(child: ChildProcess, until: { signal: AbortSignal }): Promise<ReadyMessage> {
  for (;;) {
    const [message] = (await once(child, 'message', until)) as [unknown];
    if (typeof message === 'object' && message !== null && 'ready' in message) return message as ReadyMessage;
  }
}

import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The processes that a process has started itself, as far as they run; none of one that is down (null). */
export async function childrenOf(pid: number | null): Promise<number[]> {
  // Asked for the children of 0, pgrep names whatever came into a container from outside.
  if (pid === null) return [];
  const { stdout } = await run('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.split('\n').filter(Boolean).map(Number);
}

/** The words that a process was started with, joined by spaces; null when there is no such process. */
export async function commandLineOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return words === '' ? null : words.split('\0').join(' ').trim();
  }
  return ps(pid, 'command=');
}

/** The folder that a process works in; null when that cannot be told (always so outside Linux). */
export async function workingFolderOf(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? readlink(`/proc/${pid}/cwd`).catch(() => null) : null;
}

/** When a process was started, in the system's own words: tells it from a later one with the same pid. */
export async function startTimeOf(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return ps(pid, 'lstart=');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in parentheses and may itself contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}

/** Waits until a process is gone; false when it still runs after the limit. */
async function waitForExit(pid: number, limitMs: number): Promise<boolean> {
  const limit = Date.now() + limitMs;
  while ((await startTimeOf(pid)) !== null) {
    if (Date.now() > limit) return false;
    await delay(20);
  }
  return true;
}

/** Sends the signals one after another, each with its time to work, until the process is gone. */
export async function stopProcess(
  pid: number,
  steps: readonly (readonly [NodeJS.Signals, number])[],
): Promise<void> {
  for (const [signal, limitMs] of steps) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    if (await waitForExit(pid, limitMs)) return;
  }
  throw new Error(`process ${pid} does not exit, not even on ${steps.at(-1)?.[0] ?? 'any signal'}`);
}

async function ps(pid: number, column: string): Promise<string | null> {
  const { stdout } = await run('ps', ['-o', column, '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim() === '' ? null : stdout.trim();
}

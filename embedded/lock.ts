import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTimeOf } from '../platform/processes.ts';

interface Holder {
  readonly pid: number;
  readonly startTime: string | null;
}

/** Another process that still runs has this data folder. */
export class LockedError extends Error {
  readonly pid: number;

  constructor(dataDir: string, pid: number) {
    super(`${dataDir} is in use by process ${pid}; stop that one first, or set another DATA_DIR`);
    this.name = 'LockedError';
    this.pid = pid;
  }
}

export interface Lock {
  release(): Promise<void>;
}

/** Takes the data folder for this process; a lock whose holder is dead is taken over. Throws LockedError. */
export async function acquireLock(dataDir: string): Promise<Lock> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'start.lock');
  const own = `${file}.${process.pid}`;
  const holder: Holder = { pid: process.pid, startTime: await startTimeOf(process.pid) };
  await writeFile(own, JSON.stringify(holder));
  try {
    // Linking a finished file makes lock and content appear in one step: nobody reads a half-written holder.
    while (!(await tryLink(own, file))) await removeStale(dataDir, file);
  } finally {
    await rm(own, { force: true });
  }
  return {
    async release() {
      if ((await readHolder(file))?.pid === process.pid) await rm(file, { force: true });
    },
  };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(dataDir: string, file: string): Promise<void> {
  const holder = await readHolder(file);
  if (holder === null) return;
  if (await isHeldBy(holder)) throw new LockedError(dataDir, holder.pid);
  // Two starts may find the same dead holder: the slower one moves the quicker one's new lock, and puts it back.
  const moved = `${file}.stale.${process.pid}`;
  try {
    await rename(file, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const movedHolder = await readHolder(moved);
  if (movedHolder !== null && (await isHeldBy(movedHolder))) await tryLink(moved, file);
  await rm(moved, { force: true });
}

async function isHeldBy(holder: Holder): Promise<boolean> {
  const startTime = await startTimeOf(holder.pid);
  return startTime !== null && startTime === holder.startTime;
}

async function readHolder(file: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const lookEveryMs = 100;

/**
 * Preloaded into a process and its threads: their clock is off by what the file of the process's id in `folder` says,
 * in milliseconds; as it is while there is no such file. Timers keep to the monotonic clock, as they do when somebody
 * sets the clock of a machine.
 */
const preload = (folder: string) => `
  import { readFileSync } from 'node:fs';
  const file = ${JSON.stringify(join(folder, ''))} + '/' + process.pid;
  const { now } = Date;
  let offset = 0;
  setInterval(() => {
    try {
      offset = Number(readFileSync(file, 'utf8'));
    } catch {
      offset = 0;
    }
  }, ${lookEveryMs}).unref();
  Date.now = () => now() + offset;
  globalThis.Date = new Proxy(Date, {
    construct: (target, given, asked) =>
      Reflect.construct(target, given.length === 0 ? [Date.now()] : given, asked),
  });`;

/** The setting that makes the clocks of Node processes settable by `setClock` with the same folder. */
export function settableClock(folder: string): { readonly NODE_OPTIONS: string } {
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(preload(folder))}` };
}

/** Resolves when the process goes by the new time. */
export async function setClock(folder: string, pid: number, offsetMs: number): Promise<void> {
  // Renamed into its place: half a number would be another one.
  const draft = join(folder, `${pid}.draft`);
  await writeFile(draft, String(offsetMs));
  await rename(draft, join(folder, String(pid)));
  await delay(2 * lookEveryMs);
}

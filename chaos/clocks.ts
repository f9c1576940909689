import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { shiftedClock } from '../test/support/shiftedClock.ts';

const lookEveryMs = 100;

/**
 * The setting that makes the clocks of Node processes settable by `setClock` with the same folder: each looks into the
 * file that is called as its process's id.
 */
export function settableClock(folder: string): { readonly NODE_OPTIONS: string } {
  return shiftedClock(
    0,
    `import { readFileSync } from 'node:fs';
    setInterval(() => {
      try {
        offset = Number(readFileSync(${JSON.stringify(folder)} + '/' + process.pid, 'utf8'));
      } catch {
        offset = 0;
      }
    }, ${lookEveryMs}).unref();`,
  );
}

/** Resolves when the process goes by the new time. */
export async function setClock(folder: string, pid: number, offsetMs: number): Promise<void> {
  // Renamed into its place: half a number would be another one.
  const draft = join(folder, `${pid}.draft`);
  await writeFile(draft, String(offsetMs));
  await rename(draft, join(folder, String(pid)));
  await delay(2 * lookEveryMs);
}

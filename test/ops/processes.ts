import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '../../commands/system/childProcess.ts';
import type { Engine } from '../support/engine/engine.ts';
import { waitFor } from '../support/waitFor.ts';

export const serverFile = fileURLToPath(new URL('../../api/server.ts', import.meta.url));

/** An API beside the engine's workers, as a process of its own. */
export function startApi(
  engine: Engine,
  name: string,
  env: Readonly<Record<string, string>> = {},
  file = serverFile,
): Promise<Child> {
  return startChild({
    ...{ name, file, stopLimitMs: 15_000 },
    env: { ...engine.running().env, ...env },
    logFile: logFileOf(engine, name),
    pidFile: join(engine.folder, 'processes', `${name}.json`),
  });
}

function logFileOf(engine: Engine, name: string): string {
  return join(engine.folder, 'logs', `${name}.log`);
}

/** What a process has logged, line by line. */
export async function readLog(engine: Engine, name: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(logFileOf(engine, name), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Where a worker that took any free port shows its health and figures. */
export function statusUrl(engine: Engine, worker: string): Promise<string> {
  return waitFor(`${worker} to say where its status is`, async () => {
    const ready = (await readLog(engine, worker)).findLast(({ msg }) => msg === 'worker ready');
    return ready?.['status'] as string | undefined;
  });
}

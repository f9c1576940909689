import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { environmentFor } from '../../platform/childEnvironment.ts';
import type { Environment } from '../../platform/config.ts';

export interface ImportRun {
  readonly args: readonly string[];
  readonly env: Environment;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs `npm run import` as somebody else's process; its bar goes to stderr, its summary to `onLine`. */
export async function runImport({ args, env, onLine, signal }: ImportRun): Promise<void> {
  const child = spawn(process.execPath, ['commands/import.ts', ...args], {
    cwd: root,
    env: environmentFor('command', { ...env, LOG_LEVEL: 'warn' }),
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  // Whoever reads the lines may fail first.
  ended.catch(() => undefined);
  for await (const line of createInterface({ input: child.stdout })) onLine(line);
  const [code] = await ended;
  if (code !== 0) throw new Error(`the import ended with ${code ?? 'a signal'}`);
}

import { execFile } from 'node:child_process';
import { patienceMs } from './waitFor.ts';

export interface Ended {
  /** NaN: it had to be killed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both. */
  readonly output: string;
}

/** Runs a program until it ends, however it does, with `env` beside our own environment. */
export function runToEnd(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env: { ...process.env, ...env }, timeout: patienceMs },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? NaN);
        resolve({ code, stdout, stderr, output: stdout + stderr });
      },
    );
  });
}

import { execFile, type ExecFileOptions } from 'node:child_process';
import { promisify } from 'node:util';
import { plainEnvironment } from '../platform/childEnvironment.ts';

const run = promisify(execFile);

/** Runs a program of others to its end, with none of our settings and secrets in its environment. */
export function runProgram(file: string, args: readonly string[], options: ExecFileOptions = {}) {
  return run(file, args, { env: plainEnvironment(), ...options, encoding: 'utf8' });
}

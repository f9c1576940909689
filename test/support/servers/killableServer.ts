import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from '../waitFor.ts';

/** A server's program, once `isReady` answers without an error; killed without warning. */
export async function startKillableServer(
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  isReady: () => Promise<unknown>,
) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4_000)));
  }
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = async (): Promise<void> => {
    if (hasEnded()) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  try {
    await waitFor('the server to be ready', async () => {
      if (!hasEnded()) await isReady();
      return true;
    });
  } catch (error) {
    await kill();
    throw error;
  }
  if (hasEnded()) throw new Error(`the server does not start: ${said}`);
  return { pid: child.pid ?? 0, kill };
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { NetworkReport } from '../../domain/networks/report.ts';
import { plainEnvironment } from '../../platform/childEnvironment.ts';
import type { CheckMessage, CheckWish } from './protocol.ts';

export interface CheckProcessOptions {
  /** Ends the process. */
  readonly signal: AbortSignal;
  onProgress(done: number, of: number): void;
}

const entry = fileURLToPath(new URL('child.ts', import.meta.url));

/**
 * Checks networks on the sample photos, in a process of its own that gives way to all others. It takes some 250 MB with
 * the extractor that it starts, 400 while it compares with another version, for as long as it lasts.
 * @throws Error when the process ends without an answer, or is ended by the signal; what is wrong with a network is in
 * its report
 */
export async function runCheckProcess(
  wish: CheckWish,
  { signal, onProgress }: CheckProcessOptions,
): Promise<readonly NetworkReport[]> {
  signal.throwIfAborted();
  const child = fork(entry, [], {
    // It decodes pictures and opens strangers' files: no secret is in its environment.
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  let answer: Exclude<CheckMessage, { type: 'progress' }> | undefined;
  child.on('message', (message: CheckMessage) => {
    if (message.type === 'progress') onProgress(message.done, message.of);
    else answer = message;
  });
  try {
    child.send(wish, () => undefined);
    // After the exit and the last message; rejects where the process could not be started.
    const [code, by] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    signal.throwIfAborted();
    if (answer?.type === 'reports') return answer.reports;
    throw new Error(answer?.detail ?? `its process ended (${by ?? `exit status ${code ?? 'unknown'}`})`);
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
  }
}

import type { Shutdown } from '../platform/shutdown.ts';
import { explainOutput } from './explainFailure.ts';

/** For a command that has processes of its own: nobody reads what it finds out, so it stops them and ends with status 1. */
export function endUnread(shutdown: Pick<Shutdown, 'begin' | 'isStopping'>): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (shutdown.isStopping) return;
    process.stderr.write(`${explainOutput(error)}\n`);
    void shutdown.begin('the output cannot be written', 1);
  });
}

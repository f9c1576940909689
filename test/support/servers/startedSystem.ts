import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getDatabaseUrl } from '../../../commands/system/databaseUrl.ts';
import { loadConfig } from '../../../platform/config.ts';
import { startTimeOf } from '../../../platform/processes.ts';
import { processTree } from '../processTree.ts';
import { waitFor } from '../waitFor.ts';

export type StartedSystem = Awaited<ReturnType<typeof startSystem>>;

/** `npm start` as a process of its own, ready to be used. */
export async function startSystem(settings: Readonly<Record<string, string>>) {
  const env = {
    ...process.env,
    ...{ PORT: '0', WORKER_METRICS_PORT: '0', LOG_LEVEL: 'fatal', ...settings },
  };
  const child = spawn(process.execPath, ['commands/start.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid } = child;
  assert.ok(pid !== undefined);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const address = () => /^listening on (http:\S+)$/m.exec(output)?.[1];
  await waitFor('the address', () => address() ?? child.exitCode !== null);
  const apiUrl = address();
  assert.ok(apiUrl !== undefined, 'the start has ended');
  return {
    pid,
    apiUrl,
    output: () => output,
    databaseUrl: await getDatabaseUrl(loadConfig(env, 'command')),

    /** SIGKILL for the start and whatever it has started, down to the last child: as good as a power cut. */
    killEverything: async (): Promise<number> => {
      const tree = await processTree(pid);
      // The start comes first: it would start the others again.
      for (const one of tree) kill(one);
      await waitFor('everything to be gone', async () =>
        (await Promise.all(tree.map(startTimeOf))).every((time) => time === null),
      );
      return tree.length;
    },

    stop: async (): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGINT');
      await once(child, 'exit');
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // Ended with its parent.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

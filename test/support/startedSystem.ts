import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { getDatabaseUrl } from '../../commands/databaseUrl.ts';
import { loadConfig } from '../../platform/config.ts';
import { startTimeOf } from '../../platform/processes.ts';
import { waitFor } from './waitFor.ts';

const run = promisify(execFile);

export type StartedSystem = Awaited<ReturnType<typeof startSystem>>;

/** `npm start` as a process of its own, ready to be used. */
export async function startSystem(settings: Readonly<Record<string, string>>) {
  const env = {
    ...process.env,
    ...{ PORT: '0', WORKER_METRICS_PORT: '0', LOG_LEVEL: 'fatal', ...settings },
  };
  const child = spawn(process.execPath, ['--import', 'tsx', 'commands/start.ts', '--no-temporal-ui'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid } = child;
  assert.ok(pid !== undefined);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const address = () => /^listening on (http:\S+)$/m.exec(output)?.[1];
  await waitFor('the address', () => address() ?? child.exitCode !== null, { limitMs: 120_000 });
  const apiUrl = address();
  assert.ok(apiUrl !== undefined, 'the start has ended');
  return {
    apiUrl,
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

/** A process and all that come from it, parents before children. */
async function processTree(root: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=']);
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [root];
  for (const parent of tree) {
    for (const [pid, ppid] of pairs) if (pid !== undefined && ppid === parent) tree.push(pid);
  }
  return tree;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // Ended with its parent.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

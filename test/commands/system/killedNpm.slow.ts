import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { startTimeOf } from '../../../platform/processes.ts';
import { createTestFolder } from '../../support/folder.ts';
import { processTree } from '../../support/processTree.ts';
import { waitFor } from '../../support/waitFor.ts';

interface Case {
  readonly script: string;
  readonly args: (folder: string) => readonly string[];
  readonly signal: NodeJS.Signals;
  /** What is said when processes run that could be left behind. */
  readonly said: RegExp;
}

// Each script and each signal once: a start costs twenty seconds of processor time.
const cases: readonly Case[] = [
  { script: 'start', args: () => [], signal: 'SIGKILL', said: /^listening on/m },
  { script: 'demo', args: (folder) => ['--folder', folder], signal: 'SIGTERM', said: /http\S+ answers/ },
];

for (const { script, args, signal, said } of cases) {
  test(`npm run ${script} leaves no process when npm alone gets ${signal}`, async () => {
    const folder = await createTestFolder('npm');
    const npm = spawn('npm', ['run', script, '--', ...args(folder.path)], {
      env: {
        ...process.env,
        ...{ DATA_DIR: folder.path, PORT: '0', WORKER_METRICS_PORT: '0', EXTRACT_PROCESSES: '1' },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [npm.stdout, npm.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    assert.ok(npm.pid !== undefined);
    let tree: readonly number[] = [npm.pid];
    const left = async () => {
      const times = await Promise.all(tree.map(startTimeOf));
      return tree.filter((_pid, index) => times[index] !== null);
    };
    try {
      await waitFor('the address', () => said.test(output) || npm.exitCode !== null);
      tree = await processTree(npm.pid);
      assert.ok(tree.length > 4, output);
      npm.kill(signal);
      await waitFor('all processes to end', async () => (await left()).length === 0);
    } finally {
      for (const pid of await left()) process.kill(pid, 'SIGKILL');
      await folder.remove();
    }
  });
}

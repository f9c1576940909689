import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startTimeOf } from '../../platform/processes.ts';
import { processTree } from '../support/processTree.ts';
import { waitFor } from '../support/waitFor.ts';

const run = promisify(execFile);

/** `npm run chaos -- …`, without npm's own lines. */
const chaos = (...args: string[]) =>
  run(process.execPath, ['chaos/main.ts', ...args], { env: { ...process.env } });

test('a short storm leaves balanced books behind', async (t) => {
  const { stdout } = await chaos('--seed', '12', '--kills', '3');
  for (const line of stdout.split('\n')) t.diagnostic(line);
  assert.match(stdout, /^seed 12, 3 kills\n/);
  assert.equal(stdout.match(/ s {2}kill /g)?.length, 3);
  assert.match(
    stdout,
    /^seed 12: 3 kills, \d+ tasks .* 0 violations, longest stall .*\nthe consistency check found no violation\n$/m,
  );
});

test('a storm in which the standby of the database takes over leaves balanced books behind', async (t) => {
  const { stdout } = await chaos('--seed', '16', '--kills', '2', '--standby');
  for (const line of stdout.split('\n')) t.diagnostic(line);
  assert.match(stdout, /kill the primary, its standby takes over after/);
  assert.match(
    stdout,
    /^seed 16: 2 kills, .* 0 violations, .*\nthe consistency check found no violation\n$/m,
  );
});

test('it ends with the npm that runs it, also when that is killed', async () => {
  const npm = spawn('npm', ['run', 'chaos', '--', '--kills', '9'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  npm.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await waitFor('its first words', () => said.includes('starting PostgreSQL'));
  const tree = await processTree(npm.pid ?? 0);
  const left = async () => {
    const times = await Promise.all(tree.map(startTimeOf));
    return tree.filter((_pid, index) => times[index] !== null);
  };
  try {
    npm.kill('SIGKILL');
    await waitFor('all processes to end', async () => (await left()).length === 0, { limitMs: 30_000 });
  } finally {
    for (const pid of await left()) process.kill(pid, 'SIGTERM');
  }
});

test('a plan can be read before it happens', async () => {
  const [first, second] = await Promise.all([
    chaos('--seed', '4', '--kills', '2', '--dry'),
    chaos('--seed', '4', '--kills', '2', '--dry'),
  ]);
  assert.equal(first.stdout, second.stdout);
  assert.equal((JSON.parse(first.stdout) as { tasks: unknown[] }).tasks.length, 3);
});

test('a wrong option is refused with the nearest known one', async () => {
  await assert.rejects(chaos('--sed', '4'), (error: { code: number; stderr: string }) => {
    assert.equal(error.code, 2);
    assert.match(error.stderr, /Did you mean --seed\?/);
    return true;
  });
});

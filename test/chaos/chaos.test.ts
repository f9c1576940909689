import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

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
    /^seed 12: 3 kills, 4 tasks .* 0 violations, longest stall .*\nthe consistency check found no fault\n$/m,
  );
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

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const fixture = fileURLToPath(new URL('fixtures/oldNode.cjs', import.meta.url));
const sentence = /^This needs Node 20\.20 or newer, and this is 18\.20\.8 .* Install a newer one/;

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['--require', fixture, ...args], { encoding: 'utf8' });

test('each npm script of ours looks first whether Node is new enough, whatever else that Node may not know', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const ours = Object.entries(scripts).filter(
    ([, script]) => script.includes('tsx ') || script.includes('npm test'),
  );
  assert.ok(ours.length >= 15);
  for (const [name, script] of ours) assert.match(script, /^node platform\/requireNode\.cjs && /, name);
  const { status, stderr } = run('platform/requireNode.cjs');
  assert.match(stderr, sentence);
  assert.equal(status, 1);
});

test('a Node that is too old is told so by processes and commands that are started without npm, too', () => {
  for (const file of [
    'api/server.ts',
    'temporal/worker.ts',
    'commands/start.ts',
    'commands/import.ts',
    'test/support/run.ts',
  ]) {
    const { status, stdout, stderr } = run('--import', 'tsx', file, '--help');
    assert.match(stderr, sentence, file);
    assert.equal(stdout, '', file);
    assert.equal(status, 1, file);
  }
});

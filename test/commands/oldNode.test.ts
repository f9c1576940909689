import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const fixture = fileURLToPath(new URL('fixtures/oldNode.cjs', import.meta.url));

test('each npm script that runs TypeScript looks first whether Node can, whatever else that Node may not know', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const ours = Object.entries(scripts).filter(([, script]) => script.includes('.ts'));
  assert.ok(ours.length >= 15);
  for (const [name, script] of ours) {
    assert.match(script, /^(exec )?node --require \.\/platform\/requireNode\.cjs /, name);
  }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', fixture, '--require', './platform/requireNode.cjs', 'commands/start.ts', '--help'],
    { encoding: 'utf8' },
  );
  assert.match(stderr, /^This needs Node 22\.18 or newer, and this is 18\.20\.8 .* Install a newer one/);
  assert.equal(stdout, '');
  assert.equal(status, 1);
});

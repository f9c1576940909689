import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { childrenOf } from '../../platform/processes.ts';

test('a process knows its children, and one that is down has none', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    assert.ok((await childrenOf(process.pid)).includes(child.pid ?? 0));
    assert.deepEqual(await childrenOf(null), []);
  } finally {
    child.kill();
  }
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stopLeftChild } from '../../../commands/system/childProcess.ts';
import { startTimeOf } from '../../../platform/processes.ts';
import { waitFor } from '../../support/waitFor.ts';
import { newFolder, startFixture } from './startFixture.ts';

test('a child is ready when it says so, and gives its address', async () => {
  const folder = newFolder();
  const child = await startFixture({ folder });
  try {
    const response = await fetch(child.url ?? '');
    assert.equal(await response.text(), String(child.pid));
  } finally {
    await child.stop();
  }
  assert.equal(await startTimeOf(child.pid), null);
  assert.deepEqual(readdirSync(folder), [], 'its pid file is gone too');
});

test('a child that never becomes ready is ended and told of', async () => {
  const starting = startFixture({ mode: 'silent', readyLimitMs: 1_500 });
  await assert.rejects(starting, /fixture was not ready after 1.5 s/);
});

test('a child that says that it waits for something else is left to wait', async () => {
  const child = await startFixture({ mode: 'waiting', readyLimitMs: 10_000 });
  await child.stop();
});

test('a start that is given up leaves no child', async () => {
  const folder = newFolder();
  const abort = new AbortController();
  const starting = startFixture({ mode: 'silent', folder, signal: abort.signal });
  await waitFor('its pid file', () => existsSync(join(folder, 'fixture.json')));
  abort.abort();
  await assert.rejects(starting, { name: 'AbortError' });
  assert.deepEqual(readdirSync(folder), []);
});

test('a child stops by itself when its parent is killed', async () => {
  const file = fileURLToPath(new URL('./fixtures/parent.ts', import.meta.url));
  const parent = spawn(process.execPath, [file, newFolder()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  assert.notEqual(await startTimeOf(pid), null);
  parent.kill('SIGKILL');
  await waitFor('the end of the child', async () => (await startTimeOf(pid)) === null);
});

test('a child that outlived its parent is ended by its pid file', async () => {
  const folder = newFolder();
  const child = await startFixture({ folder });
  await stopLeftChild(join(folder, 'fixture.json'));
  assert.equal(await startTimeOf(child.pid), null);
});

test('a stranger with the pid of an old child is left alone', async () => {
  const file = join(newFolder(), 'old.json');
  const child = await startFixture();
  try {
    await writeFile(file, JSON.stringify({ pid: child.pid, startTime: 'long ago' }));
    await stopLeftChild(file);
    assert.notEqual(await startTimeOf(child.pid), null);
    assert.ok(!existsSync(file));
  } finally {
    await child.stop();
  }
});

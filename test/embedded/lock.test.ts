import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { acquireLock, LockedError } from '../../embedded/lock.ts';

let folder: string;
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'luna-lock-'))));
after(() => rm(folder, { recursive: true }));

const lockModule = new URL('../../embedded/lock.ts', import.meta.url).href;
const holdForEver = `
  const { acquireLock } = await import(${JSON.stringify(lockModule)});
  await acquireLock(process.argv[1]);
  console.log('held');
  setInterval(() => {}, 1000);`;

async function holdElsewhere(dataDir: string) {
  const args = ['--input-type=module', '-e', holdForEver, dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test('a second start is told which process holds the folder', async () => {
  const dataDir = join(folder, 'busy');
  const holder = await holdElsewhere(dataDir);
  try {
    await assert.rejects(acquireLock(dataDir), (error) => {
      assert.ok(error instanceof LockedError);
      assert.equal(error.pid, holder.pid);
      assert.match(error.message, new RegExp(`in use by process ${holder.pid}`));
      return true;
    });
  } finally {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  }
});

test('the lock of a killed start is taken over', async () => {
  const dataDir = join(folder, 'killed');
  const holder = await holdElsewhere(dataDir);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = await acquireLock(dataDir);
  const content = JSON.parse(await readFile(join(dataDir, 'start.lock'), 'utf8')) as { pid: number };
  assert.equal(content.pid, process.pid);
  await lock.release();
});

test('a stranger that was given the pid of a dead holder does not count as the holder', async () => {
  const dataDir = join(folder, 'reused');
  const first = await acquireLock(dataDir);
  await first.release();
  const stale = JSON.stringify({ pid: process.pid, startTime: 'long ago' });
  await writeFile(join(dataDir, 'start.lock'), stale);
  const lock = await acquireLock(dataDir);
  await lock.release();
});

test('a released folder can be taken again, and of many at once only one gets it', async () => {
  const dataDir = join(folder, 'free');
  await (await acquireLock(dataDir)).release();
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => acquireLock(dataDir)));
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
});

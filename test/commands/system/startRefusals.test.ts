import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { mountSmallDisk } from '../../support/smallDisk.ts';
import { patienceMs, waitFor } from '../../support/waitFor.ts';

let folder: TestFolder;
let taken: Server;
let port: string;
before(async () => {
  folder = await createTestFolder('refusals');
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  port = String((taken.address() as AddressInfo).port);
});
after(async () => {
  taken.close();
  await folder.remove();
});

type Settings = Readonly<Record<string, string>>;

function run(file: string, settings: Settings, args: readonly string[] = []) {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, DATA_DIR: join(folder.path, 'data'), PORT: '0', LOG_LEVEL: 'error', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    // One that has not ended by itself then, ten seconds on a machine with nothing else to do, has no status.
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }));
  return { child, ended };
}

async function refused(settings: Settings, sentence: RegExp, args: readonly string[] = []): Promise<void> {
  const { child, ended } = run('commands/start.ts', settings, args);
  child.stdout.resume();
  const { code, said } = await ended;
  assert.equal(code, 2, said);
  assert.match(said, sentence);
  assert.doesNotMatch(said, /\n\s+at /, 'no stack');
}

const nothingWasStarted = () => !existsSync(join(folder.path, 'data', 'postgres'));

test('a port that is in use is told with its setting before anything is started', async () => {
  await refused({ PORT: port }, new RegExp(`PORT: ${port} is in use on 127.0.0.1.*set another port`));
  await refused({ WORKER_METRICS_PORT: port }, new RegExp(`WORKER_METRICS_PORT: ${port} is in use`));
  assert.ok(nothingWasStarted());
});

test('an API and a worker alone tell a port that is in use in the same words', async () => {
  const settings = {
    DATABASE_URL: process.env['TEST_DATABASE_URL'] ?? '',
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
    SESSION_SECRET: 'x'.repeat(32),
  };
  for (const [file, name] of [
    ['api/server.ts', 'PORT'],
    ['temporal/worker.ts', 'WORKER_METRICS_PORT'],
  ] as const) {
    const { ended } = run(file, { ...settings, [name]: port });
    const { code, said } = await ended;
    assert.equal(code, 2, said);
    assert.match(said, new RegExp(`${name}: ${port} is in use on 127.0.0.1`));
  }
});

test('addresses that are not there are told, each with its setting', async () => {
  const nobody = {
    HOST: '192.0.2.1',
    ADMIN_PASSWORD: 'not the default one',
    DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    SESSION_SECRET: 'x'.repeat(32),
  };
  await refused(nobody, /HOST: 192\.0\.2\.1 is no address of this machine/);
  await refused(
    { ...nobody, REQUIRE_HTTPS: 'true' },
    /HOST: other machines would reach the API at 192\.0\.2\.1 without HTTPS/,
  );
  await refused(nobody, /DATABASE_URL: nothing answers at 127\.0\.0\.1:1 \(ECONNREFUSED\)/);
  await refused(nobody, /TEMPORAL_ADDRESS: nothing answers at 127\.0\.0\.1:1 \(ECONNREFUSED\)/);
  assert.ok(nothingWasStarted());
});

test('options that do not exist and a data folder that is a file are refused', async () => {
  await refused({}, /unknown option '--worker'[^]*--workers/, ['--worker', '2']);
  const file = join(folder.path, 'file');
  await writeFile(file, '');
  await refused({ DATA_DIR: file }, /DATA_DIR: .*file cannot be written to \(E\w+\); set another folder/);
});

test('a full disk is told with how much is free', async () => {
  const disk = await mountSmallDisk(8, folder.path);
  try {
    await refused(
      { DATA_DIR: disk.path },
      /DATA_DIR: the disk of \S+ is full, \d MB are free.*free some space/,
    );
    await disk.fill();
    await refused({ DATA_DIR: disk.path }, /DATA_DIR: .* cannot be written to \(ENOSPC\)/);
    assert.deepEqual(readdirSync(disk.path), ['filler']);
  } finally {
    await disk.remove();
  }
});

test('npm start whose output nobody reads says so and ends', async () => {
  const { child, ended } = run('commands/start.ts', {});
  child.stdout.destroy();
  const { code, said } = await ended;
  assert.equal(code, 1, said);
  assert.match(said, /stdout is no longer read/);
  await waitFor('the folder to be free', () => !existsSync(join(folder.path, 'data', 'start.lock')));
});

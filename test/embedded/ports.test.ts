import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cacheDir } from '../../commands/system/cacheDir.ts';
import { onRememberedPort } from '../../embedded/ports.ts';
import { startPostgres } from '../../embedded/postgres.ts';
import { startTemporal } from '../../embedded/temporal.ts';
import { createLogger } from '../../platform/logger.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

let folder: TestFolder;
before(async () => void (folder = await createTestFolder('ports')));
after(() => folder.remove());

async function listen(port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('a port that somebody takes just before the server does is given up for another, which is remembered', async () => {
  const file = join(folder.path, 'port');
  const tried: number[] = [];
  let thief: Server | undefined;
  const server = await onRememberedPort(file, async (port) => {
    tried.push(port);
    thief ??= await listen(port);
    return listen(port);
  });
  const { port } = server.address() as AddressInfo;
  server.close();
  thief?.close();
  assert.equal(tried.length, 2);
  assert.equal(port, tried[1]);
  assert.notEqual(port, tried[0]);
  assert.equal(Number(await readFile(file, 'utf8')), port);
});

test('a server that cannot start for another reason is not tried again', async () => {
  let tries = 0;
  const starting = onRememberedPort(join(folder.path, 'other'), () => {
    tries += 1;
    return Promise.reject(new Error('there is no room on the disk'));
  });
  await assert.rejects(starting, /no room on the disk/);
  assert.equal(tries, 1);
});

test('PostgreSQL and Temporal say that their port is taken in words that are understood', async () => {
  const taken = await listen(0);
  const { port } = taken.address() as AddressInfo;
  const options = { dataDir: folder.path, cacheDir, log, cli: process.env['TEMPORAL_CLI'], port };
  try {
    await assert.rejects(startPostgres(options), /address already in use/i);
    await assert.rejects(startTemporal(options), /address already in use/i);
  } finally {
    taken.close();
  }
});

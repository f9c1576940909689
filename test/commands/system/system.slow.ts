import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startEverything, type Running } from '../../../commands/system/system.ts';
import { LockedError } from '../../../embedded/lock.ts';
import { isListening } from '../../../embedded/ports.ts';
import { createLogger } from '../../../platform/logger.ts';
import { startTimeOf } from '../../../platform/processes.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { waitFor } from '../../support/waitFor.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
const fixture = fileURLToPath(new URL('../fixtures/startServers.ts', import.meta.url));

let folder: TestFolder;
before(async () => void (folder = await createTestFolder('system')));
after(() => folder.remove());

const startServers = (): Promise<Running> =>
  startEverything({ log, workers: [], api: false, overrides: { DATA_DIR: folder.path } });

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const gone = async (pids: readonly (number | null)[]) =>
  (await Promise.all(pids.map((pid) => startTimeOf(pid ?? 0)))).every((time) => time === null);

test('what a killed start left behind is stopped by the next, which finds its data', async () => {
  const killed = spawn(process.execPath, [fixture, folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(killed.stdout, 'data')) as [Buffer];
  const left = JSON.parse(line.toString()) as { pids: Record<string, number>; databaseUrl: string };
  await query(left.databaseUrl, 'create table kept (value int)');
  await query(left.databaseUrl, 'insert into kept values (42)');

  await assert.rejects(startServers(), (error) => error instanceof LockedError && error.pid === killed.pid);

  killed.kill('SIGKILL');
  await once(killed, 'exit');
  assert.equal(await gone(Object.values(left.pids)), false, 'the servers outlive the kill');

  const running = await startServers();
  const pids = running.pids();
  try {
    assert.ok(await gone(Object.values(left.pids)), 'the old servers are stopped');
    assert.deepEqual(Object.keys(pids).sort(), ['postgres', 'temporal']);
    assert.equal(running.databaseUrl, left.databaseUrl, 'address and password stay');
    assert.deepEqual(await query(running.databaseUrl, 'select value from kept'), [{ value: 42 }]);
    assert.equal(running.isFirstStart, false);
  } finally {
    await running.stop();
  }
  assert.ok(await gone(Object.values(pids)), 'no process is left after the stop');
});

test('servers that die in the middle come back at their old addresses', async () => {
  const running = await startServers();
  try {
    const before = running.pids();
    running.kill('postgres', 'SIGKILL');
    running.kill('temporal', 'SIGKILL');
    await waitFor('PostgreSQL', () => query(running.databaseUrl, 'select 1'));
    const now = await waitFor('both servers', () => {
      const pids = running.pids();
      return Object.values(pids).every((pid) => pid !== null) && pids;
    });
    assert.notEqual(now['postgres'], before['postgres']);
    assert.notEqual(now['temporal'], before['temporal']);
    const port = Number(running.temporalAddress.split(':')[1]);
    assert.ok(await isListening(port));
  } finally {
    await running.stop();
  }
});

test('a start that is given up leaves nothing behind and frees the folder', async () => {
  const abort = new AbortController();
  const starting = startEverything({
    ...{ log, workers: [], api: false, signal: abort.signal },
    overrides: { DATA_DIR: folder.path },
  });
  const pidFile = join(folder.path, 'postgres/cluster/postmaster.pid');
  await waitFor('PostgreSQL to begin', () => existsSync(pidFile));
  abort.abort();
  await assert.rejects(starting, { name: 'AbortError' });
  await waitFor('PostgreSQL to be gone', () => !existsSync(pidFile));
  await (await startServers()).stop();
});

test('a start on foreign servers needs a session secret of its own', async () => {
  const overrides = {
    DATA_DIR: folder.path,
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    SESSION_SECRET: '',
  };
  await assert.rejects(startEverything({ log, overrides }), /SESSION_SECRET: required/);
});

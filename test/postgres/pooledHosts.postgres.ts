import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { after, before, test } from 'node:test';
import { createDatabase } from '../../db/sql/connection.ts';
import { createRecords } from '../../db/sql/records.ts';
import { NoConnectionError, unavailableReason } from '../../db/sql/unavailable.ts';
import { createTaskAnnouncer } from '../../db/tasks/taskAnnouncer.ts';
import { listenToTaskChanges } from '../../db/tasks/taskChanges.ts';
import { startEngine, twoWorkers, type Engine } from '../support/engine/engine.ts';
import { failOverIn } from '../support/postgres/failOver.ts';
import { startPair, type Pair } from '../support/postgres/pair.ts';
import { startPgbouncer, type Pgbouncer } from '../support/postgres/pgbouncer.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

let pair: Pair;
let first: Pgbouncer;
let second: Pgbouncer;
let engine: Engine;

before(async () => {
  pair = await startPair();
  await pair.synchronise();
  // Each in front of one of the hosts, whatever that is.
  first = await startPgbouncer({ url: pair.url('primary') });
  second = await startPgbouncer({ url: pair.url('standby') });
  engine = await startEngine({
    ...{ workers: twoWorkers, api: true },
    env: {
      ...{ DATABASE_URL: pooledUrl(), DATABASE_DIRECT_URL: pair.url('primary,standby') },
      ...{ PART_SIZE_GC: '300', PART_SIZE_EXTRACT: '10' },
    },
  });
});
after(async () => {
  await engine.stop();
  await Promise.all([first.stop(), second.stop()]);
  await pair.stop();
});

const pooledUrl = () => pair.urlAt([first.port, second.port]);

/** Lets the standby be reached at the port of the primary: PgBouncer has one for all hosts of a line. */
async function bringTogether(host: string): Promise<Server> {
  const server = createServer((socket) => {
    const standby = connect(pair.standby().port, '127.0.0.1');
    for (const each of [socket, standby]) each.on('error', () => undefined);
    socket.pipe(standby).pipe(socket);
  });
  server.listen(pair.primary().port, host);
  await once(server, 'listening');
  return server;
}

for (const [name, open] of [
  ['of a pool', createDatabase],
  ['for models', createRecords],
] as const) {
  test(`behind one PgBouncer for both hosts, connections ${name} read nothing from the standby, and say what is wrong`, async () => {
    const url = pair.url('primary');
    const atOtherHost = await bringTogether('127.0.0.2');
    const both = await startPgbouncer({ url, hosts: ['127.0.0.1', '127.0.0.2'] });
    const pool = open({
      ...{ url: both.urlOf(url), directUrl: url, applicationName: 'test', maxConnections: 4 },
    });
    /** At the same time, so that PgBouncer connects to both; what was refused. */
    const askAll = async (): Promise<unknown[]> => {
      const ask = 'select pg_is_in_recovery() as standby, pg_sleep(0.1)';
      const answers = await Promise.allSettled(
        Array.from({ length: 4 }, () => pool.transaction((tx) => tx.query<{ standby: boolean }>(ask))),
      );
      const rows = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      assert.ok(rows.every(({ standby }) => !standby));
      return answers.flatMap((answer): unknown[] => (answer.status === 'rejected' ? [answer.reason] : []));
    };
    try {
      let refusal: unknown;
      await waitFor('the standby to be met', async () => ([refusal] = await askAll()).length > 0);
      assert.ok(refusal instanceof NoConnectionError, String(refusal));
      assert.match(refusal.message, new RegExp(`pooler at 127.0.0.1:${both.port} leads to a standby`));
      assert.equal(unavailableReason(refusal), 'it leads to a server that takes no changes');
    } finally {
      await pool.close();
      await both.stop();
      atOtherHost.close();
      await once(atOtherHost, 'close');
    }
  });
}

test('a gc goes on by itself through the second pooler when the primary behind the first is killed, and the books balance', async () => {
  const count = 12_000;
  const { accountId } = await engine.addFaces({ count, images: [] });
  await engine.snapshot();
  const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } }, 4_000);
  const directUrl = pair.url('primary,standby');
  const idle = createDatabase({ url: pooledUrl(), directUrl, applicationName: 'test', maxConnections: 1 });
  const log = { warn: () => undefined };
  const announcer = createTaskAnnouncer({ url: pooledUrl(), log, everyMs: 0 });
  const changes = listenToTaskChanges({ url: directUrl, log });
  const heard = new Set<number>();
  changes.subscribe((ids) => ids?.forEach((id) => heard.add(id)));
  const untilHeard = (id: number) =>
    waitFor(`announcement ${id}`, () => {
      announcer.announce(id);
      return heard.has(id);
    });
  try {
    await Promise.all([idle.query('select 1'), untilHeard(1_000_001)]);
    await failOverIn({ engine, pair }, taskId, count);
    const task = await engine.ended(taskId);
    assert.deepEqual([task.state, task.done, task.failed, task.generation], ['done', count, 0, 1]);
    assert.deepEqual(await engine.audit([taskId]), []);
    // The first pooler lets everybody log in, and refuses each statement.
    await waitFor('a connection that was not used meanwhile to be replaced', () => idle.query('select 1'));
    await untilHeard(1_000_002);
  } finally {
    await Promise.all([idle.close(), announcer.close(), changes.close()]);
  }
});

test('an extract goes on in the same way when the second host is lost with its pooler and the first takes over again', async () => {
  const count = 200;
  await pair.rebuild();
  await pair.synchronise();
  const { accountId } = await engine.addFaces({ count, images: await makeWarps(2) });
  await engine.snapshot();
  const { taskId } = await engine.startExtract(accountId, 40);
  await failOverIn({ engine, pair }, taskId, count, () => second.stop());
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed, task.generation], ['done', count, 0, 1]);
  assert.deepEqual(await engine.audit([taskId]), []);
});

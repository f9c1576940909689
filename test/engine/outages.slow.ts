import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { v7 as newId } from 'uuid';
import { createApiClient, type ApiClient } from '../../commands/cli/apiClient.ts';
import { startEngine, twoWorkers, type Engine } from '../support/engine/engine.ts';
import { assertNothingLost, assertRunning, startBoth } from '../support/engine/gcAndExtract.ts';
import { mountSmallDisk, type SmallDisk } from '../support/smallDisk.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

interface Outage {
  begin(client: pg.Client): Promise<void>;
  end(client: pg.Client): Promise<void>;
  /** What PostgreSQL writes into its log about each statement that fails of it. */
  readonly complaint: RegExp;
  /** What clients of the API see meanwhile; answers the tasks that were accepted. */
  during(): Promise<number[]>;
}

const password = 'a password of the tests';
const engineUnavailable = /was answered 503: .*"error_code": ?28000/;
const unavailable = /was answered 503: .*"error_code": ?12043/;

let engine: Engine;
let api: ApiClient;
let warps: Buffer[];
let disk: SmallDisk | undefined;

before(async () => {
  warps = await makeWarps(1);
  engine = await startEngine({
    ...{ workers: twoWorkers, ownServers: true },
    env: { PART_SIZE_GC: '1000', PART_SIZE_EXTRACT: '20', ADMIN_PASSWORD: password },
  });
  const { apiUrl, config } = engine.running();
  api = createApiClient({ url: apiUrl, login: config.adminLogin, password });
});

after(async () => {
  await engine.stop();
  await disk?.remove();
});

/** Every process of the system, and those that the workers have started themselves. */
async function everyProcess(): Promise<object> {
  const children = await Promise.all(['worker-1', 'worker-2'].map((name) => engine.childrenOf(name)));
  return { ...engine.running().pids(), children };
}

async function countComplaints(complaint: RegExp): Promise<number> {
  const lines = (await readFile(join(engine.folder, 'postgres.log'), 'utf8')).split('\n');
  return lines.filter((line) => complaint.test(line)).length;
}

const postTask = async (): Promise<number> => {
  const content = { target: 'faces', filters: { account_id: newId() } };
  return (await api.post<{ task_id: number }>('/tasks/gc', { content })).task_id;
};

/** A log-in that cannot be counted is refused; whoever logged in within the last half a minute reads on. */
async function assertListedOrRefused(): Promise<void> {
  try {
    const { tasks } = await api.get<{ tasks: object[] }>('/tasks');
    assert.ok(tasks.length >= 2);
  } catch (error) {
    assert.match(String(error), unavailable);
  }
}

const terminateBackends = (client: pg.Client) =>
  client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where backend_type = 'client backend' and application_name <> 'slot' and pid <> pg_backend_pid()`,
  );

/** Both tasks wait for the end of the outage in their middle, go on by themselves, and no process has ended. */
async function assertSurvived(outage: Outage): Promise<void> {
  const both = await startBoth(engine, warps, 10);
  const processes = await everyProcess();
  try {
    const accepted = await engine.withClient(async (client) => {
      await assertRunning(engine, both.taskIds);
      await outage.begin(client);
      try {
        return await assertWaiting(client, both.taskIds, outage);
      } finally {
        await outage.end(client);
        await client.query('update tasks set objects_per_second = null');
      }
    });
    await assertNothingLost(engine, { ...both, taskIds: [...both.taskIds, ...accepted] });
    assert.deepEqual(await everyProcess(), processes, 'no process has ended');
  } finally {
    // What still runs would spoil the next test's books.
    await Promise.allSettled(both.taskIds.map((taskId) => engine.ended(taskId)));
  }
}

async function assertWaiting(
  client: pg.Client,
  taskIds: readonly number[],
  { complaint, during }: Outage,
): Promise<number[]> {
  const heard = await countComplaints(complaint);
  await waitFor('statements to fail', async () => (await countComplaints(complaint)) >= heard + 10, {
    everyMs: 100,
  });
  const accepted = await during();
  const { rows } = await client.query<{ state: string; failure: unknown }>(
    'select state, failure from tasks where task_id = any($1)',
    [taskIds],
  );
  const waiting = { state: 'running', failure: null };
  assert.deepEqual(rows, [waiting, waiting]);
  return accepted;
}

test('tasks wait while the database is read-only', async () => {
  const setReadOnly = async (client: pg.Client, value: 'on' | 'off') => {
    await client.query('set default_transaction_read_only = off');
    await client.query(`alter database luna_admin set default_transaction_read_only = ${value}`);
    // Sessions that exist keep what they began with.
    await terminateBackends(client);
  };
  await assertSurvived({
    begin: (client) => setReadOnly(client, 'on'),
    end: (client) => setReadOnly(client, 'off'),
    complaint: /in a read-only transaction/,
    during: async () => {
      await assert.rejects(postTask, engineUnavailable);
      await assertListedOrRefused();
      return [];
    },
  });
});

test('tasks wait while other clients hold every connection', async () => {
  const slots: pg.Client[] = [];
  const takeSlot = async (): Promise<boolean> => {
    const slot = new pg.Client({
      connectionString: engine.running().databaseUrl,
      application_name: 'slot',
    });
    try {
      await slot.connect();
    } catch (error) {
      if ((error as { code?: string }).code === '53300') return false;
      throw error;
    }
    slots.push(slot);
    return true;
  };
  await assertSurvived({
    begin: async (client) => {
      do while (await takeSlot());
      while (((await terminateBackends(client)).rowCount ?? 0) > 0);
    },
    end: async () => {
      await Promise.all(slots.map((slot) => slot.end()));
    },
    complaint: /too many clients already/,
    during: async () => {
      await assert.rejects(postTask, engineUnavailable);
      await assert.rejects(api.get('/tasks'), unavailable);
      return [];
    },
  });
});

test("tasks wait while the disk under the database's tables is full", async () => {
  const small = (disk = await mountSmallDisk(128, join(engine.folder, 'postgres')));
  await engine.withClient(async (client) => {
    await client.query(`create tablespace small location '${small.path}'`);
    for (const kind of ['table', 'index']) {
      // The workers' statements may be in its way.
      await waitFor(`every ${kind} to be moved`, () =>
        client.query(`alter ${kind} all in tablespace pg_default set tablespace small`),
      );
    }
  });
  await assertSurvived({
    begin: () => small.fill(),
    end: () => small.free(),
    complaint: /No space left on device/,
    during: async () => {
      const accepted: number[] = [];
      // Pages that exist take some more rows.
      await waitFor('a new task to be refused', async () => {
        try {
          accepted.push(await postTask());
          return false;
        } catch (error) {
          assert.match(String(error), engineUnavailable);
          return true;
        }
      });
      await assertListedOrRefused();
      return accepted;
    },
  });
});

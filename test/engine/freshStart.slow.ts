import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { v7 as newId } from 'uuid';
import { auditBooks, takeSnapshot } from '../../books/auditBooks.ts';
import { createApiClient, type ApiClient } from '../../commands/cli/apiClient.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import type { TaskState } from '../../domain/tasks/task.ts';
import { createFolderStore } from '../../imagestore/folder.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { startSystem, type StartedSystem } from '../support/servers/startedSystem.ts';
import { unmarked } from '../support/engine/unmarked.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';
import { withClient } from '../../books/withClient.ts';

const login = 'admin@example.com';
const password = 'a password of the tests';
const facesOfGc = 4_000;
const facesOfExtract = 240;

let folder: TestFolder;
let system: StartedSystem;
let db: Database;
let api: ApiClient;

before(async () => {
  folder = await createTestFolder('fresh-start');
  await start();
});

after(async () => {
  await db.close();
  await system.stop();
  await folder.remove();
});

// A part that waits for its time keeps its slot, of which one worker has 8 for gc and 3 for extract: few enough parts
// that all the tasks are under way at the same time.
async function start(): Promise<void> {
  system = await startSystem({
    ...{ DATA_DIR: folder.path, ADMIN_LOGIN: login, ADMIN_PASSWORD: password, EXTRACT_PROCESSES: '1' },
    ...{ PART_SIZE_GC: '2000', PART_SIZE_EXTRACT: '240', RECONCILE_INTERVAL_MS: '500' },
  });
  db = createDatabase({ url: system.databaseUrl, applicationName: 'test', maxConnections: 2 });
  api = createApiClient({ url: system.apiUrl, login, password });
}

/** Faces of an account of their own, each with a file of its own when there are pictures. */
async function addFaces(count: number, pictures: readonly Buffer[]): Promise<string> {
  const accountId = newId();
  const images = createFolderStore(join(folder.path, 'samples'), unmarked);
  const faces = Array.from({ length: count }, () =>
    buildFace({ accountId, storageKey: pictures.length === 0 ? null : newId() }),
  );
  await insertFaces(db, faces);
  for (const [index, { storageKey }] of faces.entries()) {
    const picture = pictures[index % pictures.length];
    if (typeof storageKey === 'string' && picture !== undefined) await images.put(storageKey, picture);
  }
  return accountId;
}

const post = async (kind: string, content: object, objectsPerSecond: number): Promise<number> => {
  const body = { content, objects_per_second: objectsPerSecond };
  return (await api.post<{ task_id: number }>(`/tasks/${kind}`, body)).task_id;
};

/** A gc of the account's faces that would take minutes. */
const startGc = (accountId: string): Promise<number> =>
  post('gc', { target: 'faces', filters: { account_id: accountId } }, 10);

/** Descriptors of version 3 for the account's faces, which would take minutes. */
const startExtract = (accountId: string): Promise<number> =>
  post(
    'additional_extract',
    {
      extraction_target: 'face_descriptor',
      options: { missing: true, descriptor_version: 3 },
      filters: { objects_type: 'faces', account_id: accountId },
    },
    1,
  );

const hurry = (taskId: number) =>
  api.patch(`/tasks/${taskId}`, { action: 'throttle', objects_per_second: null });

const order = (taskId: number, action: 'pause' | 'resume' | 'cancel') =>
  api.patch(`/tasks/${taskId}`, { action });

async function readTask(taskId: number): Promise<{ state: TaskState; done: number }> {
  const [task] = await db.query<{ state: TaskState; done: number }>(
    `select state, (select coalesce(sum(done), 0)::bigint from subtasks s where s.task_id = t.task_id) as done
     from tasks t where task_id = $1`,
    [taskId],
  );
  assert.ok(task !== undefined);
  return task;
}

const reaches = (taskId: number, state: TaskState) =>
  waitFor(`task ${taskId} to be ${state}`, async () => (await readTask(taskId)).state === state, {
    everyMs: 100,
  });

const isUnderWay = (taskId: number) =>
  waitFor(`task ${taskId} to be under way`, async () => (await readTask(taskId)).done > 0, {
    everyMs: 50,
  });

test('after kill -9 of everything and a fresh start running tasks end, paused ones wait, cancelled ones stay so', async (t) => {
  const warps = await makeWarps(1);
  const facesFor = async () => addFaces(facesOfGc, []);
  const accounts = [await facesFor(), await facesFor(), await facesFor(), await facesFor()] as const;
  const imaged = [await addFaces(facesOfExtract, warps), await addFaces(facesOfExtract, warps)] as const;
  await withClient(system.databaseUrl, takeSnapshot);

  const running = [await startGc(accounts[0]), await startExtract(imaged[0])];
  const paused = [await startGc(accounts[1]), await startExtract(imaged[1])];
  const cancelled = await startGc(accounts[2]);
  const lastOrdered = await startGc(accounts[3]);
  const all = [...running, ...paused, cancelled, lastOrdered];
  for (const taskId of all) await isUnderWay(taskId);
  for (const taskId of paused) await order(taskId, 'pause');
  await order(cancelled, 'cancel');
  for (const taskId of paused) await reaches(taskId, 'paused');
  await reaches(cancelled, 'cancelled');
  const before = new Map<number, number>();
  for (const taskId of all) before.set(taskId, (await readTask(taskId)).done);
  for (const taskId of [...running, lastOrdered]) {
    assert.match((await readTask(taskId)).state, /^(planning|running)$/);
  }
  // Nobody has time to obey this one.
  await order(lastOrdered, 'cancel');
  await db.close();
  t.diagnostic(`${await system.killEverything()} processes were killed`);

  await start();
  for (const taskId of running) {
    assert.ok((await readTask(taskId)).done >= (before.get(taskId) ?? Infinity), 'checkpoints survive');
  }
  for (const taskId of running) await hurry(taskId);
  for (const taskId of running) await reaches(taskId, 'done');
  await reaches(lastOrdered, 'cancelled');
  for (const taskId of paused) {
    assert.deepEqual(await readTask(taskId), { state: 'paused', done: before.get(taskId) });
  }
  assert.deepEqual(await readTask(cancelled), { state: 'cancelled', done: before.get(cancelled) });

  for (const taskId of paused) {
    await order(taskId, 'resume');
    await hurry(taskId);
  }
  for (const taskId of paused) await reaches(taskId, 'done');
  assert.equal((await readTask(cancelled)).state, 'cancelled');
  const samples = { sampleFolder: join(folder.path, 'samples') };
  assert.deepEqual(
    await withClient(system.databaseUrl, (client) => auditBooks(client, { taskIds: all, ...samples })),
    [],
  );
});

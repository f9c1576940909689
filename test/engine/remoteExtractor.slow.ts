import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { ControlAction } from '../../domain/tasks/lifecycle.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { refusal, startInferenceServer, type InferenceServer } from '../support/servers/inferenceServer.ts';
import { startRemoteServer, type RemoteServer } from '../support/servers/remoteServer.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

let engine: Engine;
let server: RemoteServer;
let inference: InferenceServer;
let folder: TestFolder;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  server = await startRemoteServer();
  inference = await startInferenceServer(3, 'face');
  folder = await createTestFolder('extractors');
  const file = join(folder.path, 'extractors.yaml');
  await writeFile(file, extractorsFile(inference.url));
  engine = await startEngine({
    workers: ['orchestrate,gc,extract'],
    env: {
      PART_SIZE_EXTRACT: '10',
      EXTRACTORS_FILE: file,
      REMOTE_EXTRACTORS: `face:4:256:attributes=${server.url}`,
      REMOTE_EXTRACTOR_RETRIES: '1',
      // With the second attempt longer than any test waits.
      REMOTE_EXTRACTOR_TIMEOUT_MS: '120000',
    },
  });
});
afterEach(() => {
  server.misbehave(() => undefined);
});
after(async () => {
  await engine.stop();
  await server.stop();
  await inference.stop();
  await folder.remove();
});

/** As somebody would write it for Triton; version 5 is what version 3 is here. */
const extractorsFile = (url: string): string => `
extends: built-in
extractors:
  - version: 5
    kind: face
    name: served
    server: { protocol: open-inference, url: '${url}', model: network }
    input: { width: 112, height: 112, crop: alignment }
    outputs: { descriptor: { length: 256 } }
`;

const startRemote = async (accountId: string, version = 4) =>
  engine.startExtraction({
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: version },
    filters: { objects_type: 'faces', account_id: accountId },
  });

const codesOf = async (taskId: number, from: 'task_errors' | 'subtasks'): Promise<number[]> => {
  const column = from === 'subtasks' ? `(failure ->> 'error_code')::integer` : 'error_code';
  const rows = await engine
    .db()
    .query<{ code: number }>(
      `select ${column} as code from ${from} where task_id = $1 and ${column} is not null`,
      [taskId],
    );
  return rows.map(({ code }) => code);
};

const waitForServer = (taskId: number) =>
  waitFor('a part that says what it waits for', async () =>
    (await codesOf(taskId, 'subtasks')).includes(28_105),
  );

async function control(taskId: number, action: ControlAction): Promise<void> {
  await engine.gateway().controlTask(await engine.tasks().control(taskId, action, tester));
}

test('a remote extractor that goes away keeps the task waiting, without a single error, until it is back', async () => {
  const { accountId, faces } = await engine.addFaces({ count: 40, images: warps });
  await engine.images.put(faces[7]?.storageKey ?? '', Buffer.from('this is not an image'));
  await engine.snapshot();
  server.asked.length = 0;
  server.misbehave(() => (server.asked.length > 15 ? { status: 503, body: {} } : undefined));
  const { taskId } = await startRemote(accountId);
  await waitForServer(taskId);
  await server.stop();
  const attempts = async () => {
    const [row] = await engine
      .db()
      .query<{ most: number }>('select max(attempt) as most from subtasks where task_id = $1', [taskId]);
    return row?.most ?? 0;
  };
  const so_far = await attempts();
  await waitFor('the parts to look again twice', async () => (await attempts()) >= so_far + 2);
  assert.ok((await codesOf(taskId, 'task_errors')).every((code) => code === 28_101));
  assert.equal((await engine.readTask(taskId)).state, 'running');

  server.misbehave(() => undefined);
  await server.start();
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed], ['done', 39, 1], JSON.stringify(task));
  assert.deepEqual(await codesOf(taskId, 'task_errors'), [28_101], 'the sample that is not an image');
  assert.deepEqual(await codesOf(taskId, 'subtasks'), [], 'nothing waits any more');
  assert.deepEqual(await engine.audit([taskId]), []);
});

test('a task that waits for a remote extractor can be paused, and goes on when it is resumed', async () => {
  const { accountId } = await engine.addFaces({ count: 20, images: warps });
  server.misbehave(() => ({ status: 503, body: {} }));
  const { taskId } = await startRemote(accountId);
  await waitForServer(taskId);
  await control(taskId, 'pause');
  await waitFor('the task to be paused', async () => (await engine.readTask(taskId)).state === 'paused');
  server.misbehave(() => undefined);
  await control(taskId, 'resume');
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed], ['done', 20, 0], JSON.stringify(task));
});

test('a cancel does not wait for a remote extractor that is silent', async () => {
  const { accountId } = await engine.addFaces({ count: 20, images: warps });
  server.asked.length = 0;
  server.misbehave(() => 'silent');
  const { taskId } = await startRemote(accountId);
  await waitFor('the server to be asked', () => server.asked.length > 0);
  await control(taskId, 'cancel');
  const task = await engine.ended(taskId);
  assert.equal(task.state, 'cancelled');
});

test('an inference server of EXTRACTORS_FILE that goes away keeps the task waiting until it is back', async () => {
  const { accountId } = await engine.addFaces({ count: 40, images: warps });
  inference.misbehave(() => (inference.batches().length > 2 ? refusal(503, 'unloading') : undefined));
  const { taskId } = await startRemote(accountId, 5);
  await waitForServer(taskId);
  await inference.stop();
  inference.misbehave(() => undefined);
  await inference.start();
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed], ['done', 40, 0], JSON.stringify(task));
  assert.ok(Math.max(...inference.batches()) > 1, 'samples go in batches');
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { closeServer } from '../support/servers/closeServer.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

// One extractor process a worker: each can work on three parts at once.
const slots = 3;
// It takes every sample and never answers, so that no part comes to its end.
const silent = createServer(() => undefined);

let engine: Engine;

before(async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  engine = await startEngine({
    workers: ['orchestrate,gc', 'extract', 'extract'],
    env: {
      PART_SIZE_EXTRACT: '2',
      REMOTE_EXTRACTORS: `face:4:256=http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      REMOTE_EXTRACTOR_TIMEOUT_MS: '120000',
    },
  });
});
after(async () => {
  await engine.stop();
  await closeServer(silent);
});

test('an extract takes up the workers that come while all its parts are under way', async () => {
  const { accountId } = await engine.addFaces({ count: 40, images: await makeWarps(1) });
  await engine.running().halt('worker-3');
  const { taskId } = await engine.startExtraction({
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 4 },
    filters: { objects_type: 'faces', account_id: accountId },
  });
  const running = async (): Promise<number> => {
    const [row] = await engine
      .db()
      .query<{ parts: number }>(
        `select count(*) parts from subtasks where task_id = $1 and state = 'running'`,
        [taskId],
      );
    return row?.parts ?? 0;
  };
  const waitForParts = (parts: number) =>
    waitFor(`${parts} parts under way`, async () => (await running()) === parts);
  await waitForParts(slots);
  await engine.running().resume('worker-3');
  await waitForParts(2 * slots);
  await waitFor('all parts to be planned', async () => (await engine.readTask(taskId)).state === 'running');
  await engine.gateway().controlTask(await engine.tasks().control(taskId, 'cancel', tester));
  assert.equal((await engine.ended(taskId)).state, 'cancelled');
});

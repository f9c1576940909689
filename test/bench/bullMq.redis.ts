import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bullMq } from '../../bench/peers/bullMq.ts';
import { startRedis } from '../../bench/peers/redis.ts';
import { createLogger } from '../../platform/logger.ts';
import { createTestFolder } from '../support/folder.ts';
import { patienceMs, waitFor } from '../support/waitFor.ts';
import { openPeerBed } from './peerBed.ts';

const folder = await createTestFolder('redis');
const log = createLogger({ name: 'redis', level: 'silent', format: 'json' });
const redis = await startRedis(folder.path, log, new AbortController().signal);
const options = { skip: redis === null && 'needs apt-get, and the Debian package redis-server' };
const bed = await openPeerBed(redis?.port ?? 0);
const { db, servers, faces } = bed;
after(async () => {
  await redis?.stop();
  await folder.remove();
});

test(
  `${bullMq.name} removes every face once, with a result that names it, although each job runs twice`,
  options,
  () => bed.removesEveryFaceOnce(bullMq),
);

test(`a part that is ordered from ${bullMq.name} twice is one job`, options, async () => {
  const { orders, taskId } = await bed.makeGc(300);
  const client = await bullMq.open(servers, db);
  try {
    await client.add([...orders, ...orders]);
    assert.deepEqual(await client.look('gc', taskId), { waiting: 4, active: 0, failed: 0 });
    await client.drop('gc', taskId);
    assert.deepEqual(await client.look('gc', taskId), { waiting: 0, active: 0, failed: 0 });
    assert.equal(await bed.countLeft(), 2 * faces, 'faces and their descriptors');
  } finally {
    await client.close();
    for (const order of orders) await bed.doJob(order);
  }
});

test(
  `a job that ${bullMq.name} has given up is done when it is asked for again by hand`,
  options,
  async () => {
    const { orders, taskId } = await bed.makeGc(faces);
    const client = await bullMq.open(servers, db);
    let begun = 0;
    const stop = await bullMq.serve(servers, {
      ...{ kind: 'gc', concurrency: 1 },
      handle: async (order) => {
        begun += 1;
        // By default a job is tried once.
        if (begun === 1) throw new Error('the first attempt fails');
        await bed.doJob(order);
      },
    });
    try {
      await client.add(orders);
      await waitFor('the job to be given up', async () => (await client.look('gc', taskId)).failed === 1);
      assert.deepEqual(await client.look('gc', taskId), { waiting: 0, active: 0, failed: 1 });
      assert.equal(await client.release('gc', taskId), 1);
      await bed.endsWell(client, taskId);
      assert.equal(begun, 2);
    } finally {
      await stop();
      await client.close();
    }
  },
);

// A lock lasts 30 s, and what is found stalled in two searches 30 s apart goes on: a minute, or a minute and a half.
test(
  `a job of ${bullMq.name} that a killed worker leaves is active, and is done by another one without a hand`,
  options,
  async () => {
    const { orders, taskId } = await bed.makeGc(faces);
    const client = await bullMq.open(servers, db);
    let isBegun = false;
    const kill = await bullMq.serve(servers, {
      ...{ kind: 'gc', concurrency: 1 },
      handle: () => {
        isBegun = true;
        return new Promise(() => undefined);
      },
    });
    await client.add(orders);
    await waitFor('the job to be begun', () => isBegun);
    // Says nothing of its job any more.
    await kill();
    assert.deepEqual(await client.look('gc', taskId), { waiting: 0, active: 1, failed: 0 });
    const stop = await bullMq.serve(servers, { kind: 'gc', concurrency: 1, handle: bed.doJob });
    try {
      assert.equal(await client.release('gc', taskId), 0);
      await bed.endsWell(client, taskId, 2 * patienceMs);
    } finally {
      await stop();
      await client.close();
    }
  },
);

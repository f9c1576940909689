import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order, Peer } from '../../bench/peers/contender.ts';
import { graphileWorker } from '../../bench/peers/graphileWorker.ts';
import { pgBoss } from '../../bench/peers/pgBoss.ts';
import { runScript } from '../../bench/peers/script.ts';
import { waitFor } from '../support/waitFor.ts';
import { openPeerBed } from './peerBed.ts';

// BullMQ, which needs a Redis, has bullMq.redis.ts.
const bed = await openPeerBed(0);
const { db, servers, faces } = bed;

for (const peer of [pgBoss, graphileWorker] satisfies Peer[]) {
  test(`${peer.name} removes every face once, with a result that names it, although each job runs twice`, () =>
    bed.removesEveryFaceOnce(peer));

  test(`a job of ${peer.name} that a killed worker leaves is active until it is given back by hand`, async () => {
    const { orders, taskId } = await bed.makeGc(faces);
    const client = await peer.open(servers, db);
    let begun = 0;
    const end = new AbortController();
    const handle = async (order: Order) => {
      begun += 1;
      // The first says nothing of its job any more, as if it were killed.
      if (begun === 1) await new Promise((_, reject) => end.signal.addEventListener('abort', reject));
      await bed.doJob(order);
    };
    const stopFirst = await peer.serve(servers, { kind: 'gc', concurrency: 1, handle });
    await client.add(orders);
    await waitFor('the job to be begun', () => begun === 1);
    assert.deepEqual(await client.look('gc', taskId), { waiting: 0, active: 1, failed: 0 });
    const stop = await peer.serve(servers, { kind: 'gc', concurrency: 1, handle });
    try {
      assert.equal(await client.release('gc', taskId), 1);
      await bed.endsWell(client, taskId);
    } finally {
      end.abort();
      await Promise.all([stopFirst(), stop()]);
      await client.close();
    }
  });
}

test('the script of a DBA removes every face with its children, and keeps which ones', async () => {
  const accountId = await bed.seedFaces();
  await runScript(db, accountId);
  const [removed] = await db.query<{ count: number }>('select count(*) as count from removed');
  assert.equal(removed?.count, faces);
  assert.equal(await bed.countLeft(), 0);
});

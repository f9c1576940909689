import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { isOver, type Order, type Peer } from '../../bench/peers/contender.ts';
import { graphileWorker } from '../../bench/peers/graphileWorker.ts';
import { doJob, type JobDeps } from '../../bench/peers/jobs.ts';
import { makeOrders } from '../../bench/peers/orders.ts';
import { pgBoss } from '../../bench/peers/pgBoss.ts';
import { runScript } from '../../bench/peers/script.ts';
import { removalOf } from '../../bench/peers/works.ts';
import { seedVolume } from '../../db/faces/seedVolume.ts';
import { openTestDatabase } from '../support/servers/database.ts';
import { waitFor } from '../support/waitFor.ts';

const faces = 1_000;
const { db, url } = await openTestDatabase(4);
const servers = { databaseUrl: url, redisPort: 0 };
// A gc reads no sample.
const unasked = () => Promise.reject(new Error('nothing is extracted'));
const deps: JobDeps = {
  ...{ db, readSample: unasked, extractDescriptor: unasked, tellAttributes: unasked },
  batchTargetMs: { gc: 200, extract: 1_000 },
};

async function seedFaces(): Promise<string> {
  const accountId = randomUUID();
  await seedVolume(db, { accountId, faces, events: 0, versions: [{ version: 1, dimension: 4 }], seed: 1 });
  return accountId;
}

async function counts(taskId: number): Promise<{ left: number; named: number; distinct: number }> {
  const [row] = await db.query<{ left: number; named: number; distinct: number }>(
    `select (select count(*) from faces) + (select count(*) from face_descriptors) as left, count(id) as named,
       count(distinct id) as distinct from task_result_chunks, unnest(ids) id where task_id = $1`,
    [taskId],
  );
  return row ?? { left: -1, named: -1, distinct: -1 };
}

for (const peer of [pgBoss, graphileWorker] satisfies Peer[]) {
  test(`${peer.name} removes every face once, with a result that names it, although each job runs twice`, async () => {
    const orders = await makeOrders(db, { work: removalOf(await seedFaces()), partSize: 300 });
    assert.deepEqual(
      orders.map(({ expected }) => expected),
      [300, 300, 300, 100],
    );
    const [{ taskId } = { taskId: 0 }] = orders;
    const handle = async (order: Order) => {
      await doJob(deps, order);
      await doJob(deps, order);
    };
    const client = await peer.open(servers, db);
    const stop = await peer.serve(servers, { kind: 'gc', concurrency: 2, handle });
    try {
      await client.add(orders);
      await waitFor('all jobs to be done', async () => isOver(await client.look('gc', taskId)));
      assert.equal((await client.look('gc', taskId)).failed, 0);
      assert.deepEqual(await counts(taskId), { left: 0, named: faces, distinct: faces });
    } finally {
      await stop();
      await client.close();
    }
  });

  test(`a job of ${peer.name} that a killed worker leaves is active until it is given back by hand`, async () => {
    const orders = await makeOrders(db, { work: removalOf(await seedFaces()), partSize: faces });
    const [{ taskId } = { taskId: 0 }] = orders;
    const client = await peer.open(servers, db);
    let begun = 0;
    const end = new AbortController();
    const handle = async (order: Order) => {
      begun += 1;
      // The first says nothing of its job any more, as if it were killed.
      if (begun === 1) await new Promise((_, reject) => end.signal.addEventListener('abort', reject));
      await doJob(deps, order);
    };
    const stopFirst = await peer.serve(servers, { kind: 'gc', concurrency: 1, handle });
    await client.add(orders);
    await waitFor('the job to be begun', () => begun === 1);
    assert.deepEqual(await client.look('gc', taskId), { waiting: 0, active: 1, failed: 0 });
    const stop = await peer.serve(servers, { kind: 'gc', concurrency: 1, handle });
    try {
      assert.equal(await client.release('gc', taskId), 1);
      await waitFor('the job to be done', async () => isOver(await client.look('gc', taskId)));
      assert.deepEqual(await counts(taskId), { left: 0, named: faces, distinct: faces });
    } finally {
      end.abort();
      await Promise.all([stopFirst(), stop()]);
      await client.close();
    }
  });
}

test('the script of a DBA removes every face with its children, and keeps which ones', async () => {
  const accountId = await seedFaces();
  await runScript(db, accountId);
  const [removed] = await db.query<{ count: number }>('select count(*) as count from removed');
  assert.equal(removed?.count, faces);
  assert.equal((await counts(0)).left, 0);
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isOver, type Order, type Peer, type PeerClient } from '../../bench/peers/contender.ts';
import { doJob as doJobWith, type JobDeps } from '../../bench/peers/jobs.ts';
import { makeOrders } from '../../bench/peers/orders.ts';
import { removalOf } from '../../bench/peers/works.ts';
import { seedVolume } from '../../db/faces/seedVolume.ts';
import { openTestDatabase } from '../support/servers/database.ts';
import { patienceMs, waitFor } from '../support/waitFor.ts';

const faces = 1_000;

/** A database with faces for a queue to remove, and what each queue promises. */
export async function openPeerBed(redisPort: number) {
  const { db, url } = await openTestDatabase(4);
  const servers = { databaseUrl: url, redisPort };
  // A gc reads no sample.
  const unasked = () => Promise.reject(new Error('nothing is extracted'));
  const deps: JobDeps = {
    ...{ db, readSample: unasked, extractDescriptor: unasked, tellAttributes: unasked },
    batchTargetMs: { gc: 200, extract: 1_000 },
  };
  const doJob = (order: Order) => doJobWith(deps, order);

  const seedFaces = async (): Promise<string> => {
    const accountId = randomUUID();
    await seedVolume(db, { accountId, faces, events: 0, versions: [{ version: 1, dimension: 4 }], seed: 1 });
    return accountId;
  };

  /** A gc of new faces, cut into jobs. */
  const makeGc = async (partSize: number) => {
    const orders = await makeOrders(db, { work: removalOf(await seedFaces()), partSize });
    const [{ taskId } = { taskId: 0 }] = orders;
    return { orders, taskId };
  };

  const countLeft = async (): Promise<number> => {
    const [row] = await db.query<{ left: number }>(
      'select (select count(*) from faces) + (select count(*) from face_descriptors) as left',
    );
    return row?.left ?? -1;
  };

  /** Until no job is waiting or active; then no face is left, and the result names each once. */
  const endsWell = async (client: PeerClient, taskId: number, limitMs = patienceMs): Promise<void> => {
    await waitFor('all jobs to be done', async () => isOver(await client.look('gc', taskId)), { limitMs });
    assert.equal((await client.look('gc', taskId)).failed, 0);
    const [result] = await db.query<{ named: number; distinct: number }>(
      `select count(id) as named, count(distinct id) as distinct
       from task_result_chunks, unnest(ids) id where task_id = $1`,
      [taskId],
    );
    assert.deepEqual({ left: await countLeft(), ...result }, { left: 0, named: faces, distinct: faces });
  };

  return {
    ...{ db, servers, faces, doJob, seedFaces, makeGc, countLeft, endsWell },

    /** Although each job runs twice. */
    removesEveryFaceOnce: async (peer: Peer): Promise<void> => {
      const { orders, taskId } = await makeGc(300);
      assert.deepEqual(
        orders.map(({ expected }) => expected),
        [300, 300, 300, 100],
      );
      const handle = async (order: Order) => {
        await doJob(order);
        await doJob(order);
      };
      const client = await peer.open(servers, db);
      const stop = await peer.serve(servers, { kind: 'gc', concurrency: 2, handle });
      try {
        await client.add(orders);
        await endsWell(client, taskId);
      } finally {
        await stop();
        await client.close();
      }
    },
  };
}

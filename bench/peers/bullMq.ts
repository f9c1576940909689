import { Queue, Worker } from 'bullmq';
import type { Kind, Order, Peer } from './contender.ts';

const connectionTo = (port: number) => ({ host: '127.0.0.1', port, maxRetriesPerRequest: null });

export const bullMq: Peer = {
  name: 'BullMQ 6.7.0',
  waits: 'the lock of a job lasts 30 s, and stalled jobs are searched every 30 s',

  serve: async ({ redisPort }, { kind, concurrency, handle }) => {
    const connection = connectionTo(redisPort);
    const worker = new Worker<Order>(kind, ({ data }) => handle(data), { connection, concurrency });
    worker.on('error', (error) => process.stderr.write(`BullMQ: ${error.message}\n`));
    await worker.waitUntilReady();
    return () => worker.close(true);
  },

  open: ({ redisPort }) => {
    const queues = new Map<Kind, Queue<Order>>();
    const queueOf = (kind: Kind): Queue<Order> => {
      const queue = queues.get(kind) ?? new Queue<Order>(kind, { connection: connectionTo(redisPort) });
      queues.set(kind, queue);
      return queue;
    };
    // Of works that were before.
    let failedBefore = 0;
    return Promise.resolve({
      add: async (orders) => {
        const kind = orders[0]?.kind ?? 'gc';
        failedBefore = (await queueOf(kind).getJobCounts('failed'))['failed'] ?? 0;
        // The id keeps a part from being added twice.
        await queueOf(kind).addBulk(
          orders.map((data) => ({
            ...{ name: kind, data },
            opts: { jobId: `${data.taskId}-${data.partNo}` },
          })),
        );
      },
      look: async (kind) => {
        const counts = await queueOf(kind).getJobCounts('wait', 'delayed', 'prioritized', 'active', 'failed');
        const { wait = 0, delayed = 0, prioritized = 0, active = 0, failed = 0 } = counts;
        return { waiting: wait + delayed + prioritized, active, failed: failed - failedBefore };
      },
      drop: (kind) => queueOf(kind).drain(),
      // Stalled jobs come back by themselves; those that stalled once too often have failed, and are asked for again.
      release: async (kind) => {
        const failed = (await queueOf(kind).getJobCounts('failed'))['failed'] ?? 0;
        if (failed > failedBefore) await queueOf(kind).retryJobs({ state: 'failed' });
        return failed - failedBefore;
      },
      close: async () => {
        await Promise.all([...queues.values()].map((queue) => queue.close()));
      },
    });
  },
};

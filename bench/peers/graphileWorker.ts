import { Logger, makeWorkerUtils, run, type Task } from 'graphile-worker';
import type { Look, Order, Peer } from './contender.ts';

// Its own lines about each job would be work that others do not do.
const logger = new Logger(() => (level: string, message) => {
  if (level === 'error') process.stderr.write(`graphile-worker: ${message}\n`);
});

export const graphileWorker: Peer = {
  name: 'graphile-worker 0.17.3',
  waits: 'a job stays locked for 4 h by default',

  serve: async ({ databaseUrl: connectionString }, { kind, concurrency, handle }) => {
    const task: Task = (payload) => handle(payload as Order);
    const runner = await run({
      ...{ connectionString, concurrency, logger, noHandleSignals: true, taskList: { [kind]: task } },
    });
    return () => runner.stop();
  },

  open: async ({ databaseUrl: connectionString }, db) => {
    const utils = await makeWorkerUtils({ connectionString, logger });
    await utils.migrate();
    const jobs = 'graphile_worker._private_jobs where (payload->>$$taskId$$)::bigint = $1';
    return {
      add: async (orders) => {
        await utils.addJobs(orders.map((payload) => ({ identifier: payload.kind, payload })));
      },
      // It deletes a job that is done.
      look: async (_kind, taskId) => {
        const [found] = await db.query<Look>(
          `select count(*) filter (where locked_at is null and attempts < max_attempts) as waiting,
             count(*) filter (where locked_at is not null) as active,
             count(*) filter (where locked_at is null and attempts >= max_attempts) as failed from ${jobs}`,
          [taskId],
        );
        return found ?? { waiting: 0, active: 0, failed: 0 };
      },
      drop: async (_kind, taskId) => {
        const rows = await db.query<{ id: string }>(
          `select id::text as id from ${jobs} and locked_at is null`,
          [taskId],
        );
        await utils.completeJobs(rows.map(({ id }) => id));
      },
      release: async (_kind, taskId) => {
        const rows = await db.query<{ worker: string }>(
          `select locked_by as worker from ${jobs} and locked_at is not null`,
          [taskId],
        );
        await utils.forceUnlockWorkers([...new Set(rows.map(({ worker }) => worker))]);
        return rows.length;
      },
      close: async () => {
        await utils.release();
      },
    };
  },
};

import PgBoss from 'pg-boss';
import type { Look, Order, Peer } from './contender.ts';

export const pgBoss: Peer = {
  name: 'pg-boss 10.4.2',
  waits: 'a job expires after 15 min by default',

  serve: async ({ databaseUrl }, { kind, concurrency, handle }) => {
    const boss = await start(databaseUrl);
    await boss.createQueue(kind);
    for (let n = 0; n < concurrency; n++) {
      // The shortest that it allows; 2 s by default.
      await boss.work<Order>(kind, { pollingIntervalSeconds: 0.5 }, async (jobs) => {
        for (const { data } of jobs) await handle(data);
      });
    }
    return () => boss.stop({ graceful: false });
  },

  open: async ({ databaseUrl }, db) => {
    const boss = await start(databaseUrl);
    const ids = async (kind: string, taskId: number, states: readonly string[]) => {
      const rows = await db.query<{ id: string }>(
        `select id from pgboss.job where name = $1 and (data->>'taskId')::bigint = $2 and state::text = any($3)`,
        [kind, taskId, states],
      );
      return rows.map(({ id }) => id);
    };
    return {
      add: async (orders) => {
        for (const kind of new Set(orders.map((order) => order.kind))) await boss.createQueue(kind);
        await boss.insert(orders.map((data) => ({ name: data.kind, data })));
      },
      look: async (kind, taskId) => {
        const [found] = await db.query<Look>(
          `select count(*) filter (where state in ('created', 'retry')) as waiting,
             count(*) filter (where state = 'active') as active, count(*) filter (where state = 'failed') as failed
           from pgboss.job where name = $1 and (data->>'taskId')::bigint = $2`,
          [kind, taskId],
        );
        return found ?? { waiting: 0, active: 0, failed: 0 };
      },
      drop: async (kind, taskId) => {
        const waiting = await ids(kind, taskId, ['created', 'retry']);
        if (waiting.length > 0) await boss.cancel(kind, waiting);
      },
      release: async (kind, taskId) => {
        const active = await ids(kind, taskId, ['active']);
        if (active.length > 0) await boss.fail(kind, active);
        return active.length;
      },
      close: () => boss.stop({ graceful: false }),
    };
  },
};

async function start(databaseUrl: string): Promise<PgBoss> {
  const boss = new PgBoss(databaseUrl);
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
  return boss.start();
}

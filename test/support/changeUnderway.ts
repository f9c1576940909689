import { withClient } from '../../books/withClient.ts';
import type { Engine } from './engine/engine.ts';
import { waitFor } from './waitFor.ts';

/**
 * Does `changes` in a transaction that commits only when a batch has read the old rows and waits for it, with a
 * statement that speaks of `waitsWith`, and after `meanwhile`; answers what `start` has started.
 */
export function changeUnderway(
  engine: Engine,
  changes: readonly string[],
  waitsWith: string,
  start: () => Promise<number>,
  meanwhile: (taskId: number) => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  return withClient(engine.running().databaseUrl, async (client) => {
    await client.query('begin');
    for (const sql of changes) await client.query(sql);
    const taskId = await start();
    await waitFor('a batch that waits for the change', async () => {
      const [row] = await engine.db().query<{ waiting: number }>(
        `select count(*) as waiting from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock' and query like '%' || $1::text || '%'`,
        [waitsWith],
      );
      return row !== undefined && row.waiting > 0;
    });
    await meanwhile(taskId);
    await client.query('commit');
    return taskId;
  });
}

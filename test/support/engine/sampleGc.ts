import { waitFor } from '../waitFor.ts';
import type { Engine } from './engine.ts';

/** Until a part of the task says that it waits for the store of samples, and why. */
export async function partWaits(engine: Engine, taskId: number, reason: RegExp): Promise<void> {
  await waitFor('a part to say why it waits', async () => {
    const [part] = await engine.db().query<{ detail: string }>(
      `select failure ->> 'detail' as detail from subtasks
       where task_id = $1 and failure ->> 'error_code' = '28106' limit 1`,
      [taskId],
    );
    return reason.test(part?.detail ?? '');
  });
}

/** The samples of the objects that a gc has removed. */
export async function samplesOf(engine: Engine, taskId: number) {
  const [row] = await engine
    .db()
    .query<{ removed: number; left: number }>(
      'select samples_removed as removed, samples_left as left from tasks where task_id = $1',
      [taskId],
    );
  return row;
}

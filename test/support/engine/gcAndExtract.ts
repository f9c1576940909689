import assert from 'node:assert/strict';
import type { Engine } from './engine.ts';
import { tester } from '../rows/rows.ts';
import { waitFor } from '../waitFor.ts';

interface GcAndExtract {
  readonly taskIds: readonly number[];
  /** Whose faces get descriptors. */
  readonly accountId: string;
}

/** A gc and an extract, both in their middle, with sixteen seconds to go for each or more by `slower`. */
export async function startBoth(engine: Engine, warps: readonly Buffer[], slower = 1): Promise<GcAndExtract> {
  const old = await engine.addFaces({ count: 4_000, images: [Buffer.from('an image')], imaged: 200 });
  const lasting = await engine.addFaces({ count: 120, images: warps });
  await engine.snapshot();
  // Slow until both are under way: on a busy machine the first could be over before the second has begun.
  const gc = await engine.startGc(
    { target: 'faces', filters: { account_id: old.accountId }, remove_samples: true },
    100,
  );
  const extract = await engine.startExtract(lasting.accountId, 3);
  for (const { taskId } of [gc, extract]) {
    await waitFor(`task ${taskId} to be under way`, async () => (await engine.progressOf(taskId)) > 0);
  }
  await engine.tasks().throttle(gc.taskId, 250 / slower, tester);
  await engine.tasks().throttle(extract.taskId, Math.ceil(8 / slower), tester);
  return { taskIds: [gc.taskId, extract.taskId], accountId: lasting.accountId };
}

export async function assertRunning(engine: Engine, taskIds: readonly number[]): Promise<void> {
  for (const taskId of taskIds) {
    assert.equal(
      (await engine.readTask(taskId)).state,
      'running',
      'the blow must hit the middle of the task',
    );
  }
}

/** Both tasks end by themselves, as fast as they can from now on, their books balance, and every image has the descriptor of its picture. */
export async function assertNothingLost(engine: Engine, { taskIds, accountId }: GcAndExtract): Promise<void> {
  await waitFor('the database to take an order', async () => {
    await engine.db().query('update tasks set objects_per_second = null where task_id = any($1)', [taskIds]);
    return true;
  });
  for (const taskId of taskIds) {
    const task = await engine.ended(taskId);
    assert.equal(task.state, 'done', JSON.stringify(task));
  }
  assert.deepEqual(await engine.audit(taskIds), []);
  const mixed = await engine.db().query(
    `select user_data from faces join face_descriptors using (face_id)
     where account_id = $1 and descriptor_version = 3 group by user_data having count(distinct descriptor) > 1`,
    [accountId],
  );
  assert.deepEqual(mixed, [], 'copies of one picture have one descriptor');
}

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { tableHashes } from '../support/rows/tableHashes.ts';
import { waitFor } from '../support/waitFor.ts';

let engine: Engine;

before(async () => {
  engine = await startEngine({ workers: ['orchestrate,gc', 'orchestrate,gc'], env: { PART_SIZE_GC: '20' } });
});

after(() => engine.stop());

const image = Buffer.from('image');

const files = async (): Promise<number> => {
  const entries = await readdir(join(engine.folder, 'samples'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.jpg')).length;
};

/** The undo of a task, to its end. */
async function undone(gcTaskId: number) {
  const { taskId } = await engine.tasks().undo(gcTaskId, undefined, tester);
  return { taskId, ...(await engine.ended(taskId)) };
}

test('faces with their samples come back to the last row and file, and the books of both tasks balance', async () => {
  const { accountId } = await engine.addFaces({ count: 130, images: [image], versions: [1, 3] });
  const before = await tableHashes(engine.db());
  const filesBefore = await files();
  await engine.snapshot();
  const { taskId } = await engine.startGc({
    ...{ target: 'faces', filters: { account_id: accountId }, remove_samples: true, undo_window: '1d' },
  });
  const gc = await engine.ended(taskId);
  assert.deepEqual([gc.state, gc.done], ['done', 130], JSON.stringify(gc));
  assert.equal(await files(), filesBefore);
  assert.deepEqual(await engine.audit([taskId]), []);
  const back = await undone(taskId);
  assert.deepEqual([back.state, back.done, back.skipped], ['done', 130, 0], JSON.stringify(back));
  assert.deepEqual(await tableHashes(engine.db()), before);
  assert.deepEqual(await engine.audit([taskId, back.taskId]), []);
});

test('when the window is over, what was kept aside goes by itself, with the files', async () => {
  const { accountId } = await engine.addFaces({ count: 45, images: [image] });
  const filesBefore = await files();
  const { taskId } = await engine.startGc({
    ...{ target: 'faces', filters: { account_id: accountId }, remove_samples: true, undo_window: '1d' },
  });
  await engine.ended(taskId);
  const hashes = await tableHashes(engine.db());
  await engine
    .db()
    .query(`update tasks set end_time = end_time - interval '2 days' where task_id = $1`, [taskId]);
  const purge = await waitFor('the purge', async () => {
    const [row] = await engine
      .db()
      .query<{ id: number }>(
        `select purge_task as id from undo_windows where task_id = $1 and purge_task is not null`,
        [taskId],
      );
    return row?.id;
  });
  const ended = await engine.ended(purge);
  assert.deepEqual([ended.state, ended.done, ended.failed], ['done', 45, 0], JSON.stringify(ended));
  assert.equal(await files(), filesBefore - 45);
  assert.deepEqual(await tableHashes(engine.db()), hashes);
  const [left] = await engine
    .db()
    .query<{ count: number }>(`select count(*) from pg_class where relname like 'aside\\_' || $1 || '\\_%'`, [
      taskId,
    ]);
  assert.equal(left?.count, 0);
  assert.deepEqual(await engine.audit([]), []);
});

test('a whole version without a list is purged at once', async () => {
  await engine.addFaces({ count: 60, versions: [7] });
  const { taskId } = await engine.startGc({
    ...{ target: 'face_descriptors', descriptor_version: 7, store_results: false, undo_window: '1s' },
  });
  assert.equal((await engine.ended(taskId)).done, 60);
  const purge = await waitFor('the purge', async () => {
    const [row] = await engine
      .db()
      .query<{ id: number }>(
        `select purge_task as id from undo_windows where task_id = $1 and ended = 'purged'`,
        [taskId],
      );
    return row?.id;
  });
  assert.deepEqual(await engine.readTask(purge).then(({ state, done }) => [state, done]), ['done', 60]);
});

import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { v7 as newId } from 'uuid';
import { startEngine, twoWorkers, type Engine } from '../support/engine/engine.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

let engine: Engine;
let samples: string;

before(async () => {
  engine = await startEngine({
    workers: twoWorkers,
    env: { PART_SIZE_GC: '100', PART_SIZE_EXTRACT: '20' },
  });
  samples = join(engine.folder, 'samples');
});

after(() => engine.stop());

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
};

const imagesIn = async (folder: string): Promise<number> =>
  (await filesIn(folder)).filter((name) => name.endsWith('.jpg')).length;

/** Another folder is in the place of the samples while `work` runs: an empty one, or one with another mark. */
async function whileAway(mark: string | null, work: () => Promise<void>): Promise<void> {
  const other = `${samples}-other`;
  await mkdir(other);
  if (mark !== null) await writeFile(join(other, '.luna-admin-store'), mark);
  await rename(samples, `${samples}-away`);
  await rename(other, samples);
  try {
    await work();
  } finally {
    await rm(samples, { recursive: true });
    await rename(`${samples}-away`, samples);
  }
}

interface Standing {
  readonly tries: number;
  readonly waiting: number;
  readonly working: number;
  readonly done: number;
  readonly failed: number;
}

const standingOf = async (taskId: number): Promise<Standing> => {
  const [row] = await engine.db().query<Standing>(
    `select sum(attempt)::integer as tries, sum(done)::integer as done, sum(failed)::integer as failed,
       count(*) filter (where failure ->> 'error_code' = '28106')::integer as waiting,
       count(*) filter (where attempt > 0 and state <> 'done' and failure is null)::integer as working
     from subtasks where task_id = $1`,
    [taskId],
  );
  assert.ok(row !== undefined);
  return row;
};

/** Every part that runs has been tried again and again, and nothing has moved. */
async function assertWaits(taskId: number): Promise<void> {
  await engine.db().query('update tasks set objects_per_second = null');
  // What was read before is still committed.
  const seen = await waitFor('every part that runs to wait for the store', async () => {
    const standing = await standingOf(taskId);
    return standing.waiting > 0 && standing.working === 0 && standing;
  });
  const last = await waitFor('parts to be tried again', async () => {
    const standing = await standingOf(taskId);
    return standing.tries >= seen.tries + 6 && standing;
  });
  assert.deepEqual([last.done, last.failed], [seen.done, seen.failed]);
  const { state, failure } = await engine.readTask(taskId);
  assert.match(state, /^(planning|running)$/);
  assert.equal(failure, null);
}

test('a gc waits while its samples are not mounted, and counts none as removed', async () => {
  const count = 400;
  const { accountId } = await engine.addFaces({ count, images: [Buffer.from('an image')] });
  await engine.snapshot();
  const { taskId } = await engine.startGc(
    { target: 'faces', filters: { account_id: accountId }, remove_samples: true },
    60,
  );
  await waitFor('the gc to be under way', async () => (await engine.progressOf(taskId)) > 0);
  await whileAway(null, async () => {
    await assertWaits(taskId);
    const [known] = await engine.db().query<{ count: number }>(
      `select (select count(*) from samples join faces on face_id = owner_id where account_id = $1)
         + (select count(*) from sample_tombstones) as count`,
      [accountId],
    );
    assert.ok((known?.count ?? 0) > 0);
    assert.equal(await imagesIn(`${samples}-away`), known?.count, 'what is counted as removed is removed');
    assert.deepEqual(await readdir(samples), []);
  });
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed], ['done', count, 0]);
  assert.deepEqual(await engine.audit([taskId]), []);
  assert.equal(await imagesIn(samples), 0);
});

test('an extract waits while the samples of another store are mounted, and no object fails', async () => {
  const count = 240;
  const { accountId } = await engine.addFaces({ count, images: await makeWarps(1) });
  await engine.snapshot();
  const { taskId } = await engine.startExtract(accountId, 20);
  await waitFor('the extract to be under way', async () => (await engine.progressOf(taskId)) > 0);
  const other = newId();
  await whileAway(other, async () => {
    await assertWaits(taskId);
    const [part] = await engine
      .db()
      .query<{ detail: string }>(
        `select failure ->> 'detail' as detail from subtasks where task_id = $1 and failure is not null limit 1`,
        [taskId],
      );
    const [store] = await engine.db().query<{ id: string }>('select store_id as id from sample_store');
    for (const said of [samples, other, store?.id ?? 'none']) assert.ok(part?.detail.includes(said), said);
  });
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed], ['done', count, 0]);
  assert.deepEqual(await engine.db().query('select from task_errors where task_id = $1', [taskId]), []);
  assert.deepEqual(await engine.audit([taskId]), []);
});

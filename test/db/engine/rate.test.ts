import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presentTask } from '../../../api/tasks/present/task.ts';
import { commitBatch } from '../../../db/engine/commitBatch.ts';
import { createPartStore } from '../../../db/engine/partStore.ts';
import { createTaskQueries } from '../../../db/tasks/taskQueries.ts';
import { describeProgress } from '../../../views/assets/words.js';
import type { ClaimedPart } from '../../../domain/tasks/parts.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db } = await openTestDatabase(2);

const content = { target: 'face_descriptors', filters: { descriptor_version: 1 }, store_results: false };

/** A task that has run for so long and so far, with two parts. */
async function insertTask(runningMs: number): Promise<number> {
  const [task] = await db.query<{ task_id: number }>(
    `insert into tasks (task_type, state, content, plan_done, parts_all, objects_expected, running_ms)
     values (4, 'running', $1, true, 2, 4000, $2) returning task_id`,
    [JSON.stringify(content), runningMs],
  );
  const taskId = task?.task_id ?? 0;
  await db.query(
    `insert into subtasks (task_id, part_no, to_key, expected)
     values ($1, 1, gen_random_uuid(), 2000), ($1, 2, gen_random_uuid(), 2000)`,
    [taskId],
  );
  return taskId;
}

async function claim(taskId: number, partNo: number): Promise<ClaimedPart> {
  const claiming = await createPartStore(db).claim(
    { ref: { taskId, generation: 1 }, partNo },
    `claim ${partNo}`,
  );
  assert.ok(claiming.kind === 'claimed');
  return claiming.part;
}

/** One batch of so many objects, committed when the task's clock stands at `clockMs`. */
async function commit(part: ClaimedPart, clockMs: number, objects: number): Promise<ClaimedPart> {
  await db.query('update tasks set running_ms = $2, running_since = null where task_id = $1', [
    part.task.taskId,
    clockMs,
  ]);
  const answer = await commitBatch(db, part, () =>
    Promise.resolve({
      checkpoint: { ...part.checkpoint, done: part.checkpoint.done + objects },
      finished: false,
      result: null,
    }),
  );
  assert.ok(answer.kind === 'committed');
  return answer.part;
}

async function progressOf(taskId: number) {
  const task = await createTaskQueries(db).find(taskId);
  assert.ok(task !== null);
  return presentTask(task).progress;
}

test('the rate of a task is that of all its parts of late, and what is left is reckoned with it', async () => {
  const taskId = await insertTask(0);
  let [one, other] = [await claim(taskId, 1), await claim(taskId, 2)];
  // Slow for ten minutes, then ten times as fast for two.
  for (let second = 10; second <= 600; second += 10) one = await commit(one, second * 1_000, 10);
  assert.equal((await progressOf(taskId)).objects_done, 600);
  for (let second = 605; second <= 720; second += 5) {
    one = await commit(one, second * 1_000, 25);
    other = await commit(other, second * 1_000, 25);
  }
  const { objects_done, objects_per_second, eta_seconds } = await progressOf(taskId);
  assert.equal(objects_done, 1_800);
  assert.ok((objects_per_second ?? 0) > 8.5 && (objects_per_second ?? 0) < 11.5, `${objects_per_second}`);
  assert.ok(Math.abs((eta_seconds ?? 0) - 2_200 / (objects_per_second ?? 1)) < 10, `${eta_seconds}`);
});

test('a pause does not slow the rate, and a task that waits has none', async () => {
  const taskId = await insertTask(0);
  let part = await claim(taskId, 1);
  for (let second = 1; second <= 60; second++) part = await commit(part, second * 1_000, 7);
  const before = (await progressOf(taskId)).objects_per_second;
  await db.query(`update subtasks set last_update_time = now() - interval '1 day' where task_id = $1`, [
    taskId,
  ]);
  assert.equal((await progressOf(taskId)).objects_per_second, before);
  assert.ok(Math.abs((before ?? 0) - 7) < 0.3, `${before}`);
  await db.query(`update tasks set state = 'paused' where task_id = $1`, [taskId]);
  const { objects_per_second, eta_seconds } = await progressOf(taskId);
  assert.deepEqual([objects_per_second, eta_seconds], [null, null]);
});

test('what others add while a task runs is expected as soon as it is found, and says that the end is not known', async () => {
  const taskId = await insertTask(0);
  const first = await commit(await claim(taskId, 1), 10_000, 2_500);
  const grown = await progressOf(taskId);
  assert.deepEqual([grown.objects_expected, grown.objects_done], [4_500, 2_500]);
  await commit(await claim(taskId, 2), 20_000, 2_000);
  await commit(first, 30_000, 3_900);
  const past = await progressOf(taskId);
  assert.deepEqual(
    [past.objects_expected, past.objects_done, past.eta_seconds],
    [8_400, 8_400, null],
    'no end is foreseen by a plan that is used up',
  );
  const task = { state: 'running' as const, progress: past };
  assert.equal(describeProgress(task).percent, 99);
  assert.equal(describeProgress({ ...task, state: 'collecting' }).percent, 100);
});

test('a task that has stood still for hours has no time left to show, however small its rate has become', async () => {
  const taskId = await insertTask(0);
  await commit(await claim(taskId, 1), 60_000, 100);
  assert.ok(((await progressOf(taskId)).eta_seconds ?? 0) > 60);
  await db.query('update tasks set running_ms = $2 where task_id = $1', [taskId, 3 * 60 * 60 * 1_000]);
  const { objects_per_second, eta_seconds } = await progressOf(taskId);
  assert.deepEqual({ objects_per_second, eta_seconds }, { objects_per_second: 0, eta_seconds: null });
});

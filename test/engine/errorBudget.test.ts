import assert from 'node:assert/strict';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { RetryScope } from '../../domain/tasks/task.ts';
import { samplePath } from '../../imagestore/samplePath.ts';
import { startEngine, type Engine, type TaskRow } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { makeWarps } from '../support/warps.ts';
import { changeUnderway } from '../support/changeUnderway.ts';

let engine: Engine;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  engine = await startEngine({ workers: ['orchestrate,gc,extract'], env: { PART_SIZE_EXTRACT: '20' } });
});

after(() => engine.stop());

async function retry(taskId: number, scope: RetryScope = 'failed'): Promise<TaskRow> {
  await engine.gateway().startTask(await engine.tasks().retry(taskId, scope, tester));
  return engine.ended(taskId);
}

test('a task fails when its error budget is spent, and a retry is judged by what it has done itself', async () => {
  const { accountId, faceIds } = await engine.addFaces({ count: 1_200 });
  await engine.snapshot();
  const { taskId } = await engine.startExtract(accountId);
  const spent = await engine.ended(taskId);
  assert.equal(spent.state, 'failed', JSON.stringify(spent));
  assert.match(JSON.stringify(spent.failure), /Too many objects failed.*more than 20 %/);
  assert.ok(spent.failed >= 1_000 && spent.failed < 1_200, `${spent.failed} objects failed`);
  assert.deepEqual(await engine.audit([taskId]), []);

  // Objects that have the new version by now are nothing to do, and no errors either.
  await engine.db().query(
    `insert into face_descriptors (face_id, descriptor_version, descriptor)
     select id, 3, '\\x00000000' from unnest($1::uuid[]) id`,
    [faceIds.slice(100)],
  );
  const [mended] = await engine.db().query<{ errors: number }>(
    `select count(*) as errors from task_errors join subtasks using (task_id, part_no)
     where task_id = $1 and state = 'done' and object_id = any($2::uuid[])`,
    [taskId, faceIds.slice(100)],
  );
  const failed = await retry(taskId, 'failed');
  assert.deepEqual([failed.state, failed.failed], ['failed', spent.failed - (mended?.errors ?? 0)]);
  assert.match(JSON.stringify(failed.failure), /Subtasks left unfinished/);
  const all = await retry(taskId, 'all');
  assert.deepEqual([all.state, all.failed, all.skipped], ['done', 100, all.expected - 100]);
});

test('a pause that comes while the last batch is under way has nothing left to pause', async () => {
  const { accountId, faceIds } = await engine.addFaces({ count: 4, images: warps });
  await engine.snapshot();
  const taskId = await changeUnderway(
    engine,
    [`update faces set user_data = user_data where face_id = '${faceIds[0]}'`],
    'delete from faces',
    async () => (await engine.startGc({ target: 'faces', filters: { account_id: accountId } })).taskId,
    async (id) => {
      await engine.gateway().controlTask(await engine.tasks().control(id, 'pause', tester));
    },
  );
  assert.equal((await engine.ended(taskId)).state, 'done');
  assert.deepEqual(await engine.audit([taskId]), []);
});

test('samples that cannot be read and descriptors that the database refuses are errors of their own, and all else is done', async () => {
  const { accountId, faceIds, faces } = await engine.addFaces({ count: 14, images: warps });
  const fileOf = (index: number): string =>
    samplePath(join(engine.folder, 'samples'), faces[index]?.storageKey ?? '');
  await rm(fileOf(0));
  await mkdir(fileOf(0));
  await rm(fileOf(1));
  await symlink(fileOf(1), fileOf(1));
  const [aFolder = '', aLoop = '', , refused = '', refusedToo = ''] = faceIds;
  await engine.db().query(`create function refuse_descriptor() returns trigger language plpgsql as $$
    begin raise exception 'not this one'; end $$`);
  await engine.db().query(`create trigger refuse_descriptor before insert on face_descriptors for each row
    when (new.face_id in ('${refused}', '${refusedToo}') and new.descriptor_version = 3) execute function refuse_descriptor()`);
  let taskId: number;
  try {
    ({ taskId } = await engine.startExtract(accountId));
    const { state, done, failed } = await engine.ended(taskId);
    assert.deepEqual({ state, done, failed }, { state: 'done', done: 10, failed: 4 });
    const rows = await engine
      .db()
      .query<{ id: string; code: number; detail: string }>(
        'select object_id id, error_code code, detail from task_errors where task_id = $1 order by object_id',
        [taskId],
      );
    assert.deepEqual(
      rows.map(({ id, code }) => [id, code]),
      [
        [aFolder, 28_101],
        [aLoop, 28_101],
        [refused, 28_119],
        [refusedToo, 28_119],
      ],
    );
    assert.match(rows[0]?.detail ?? '', /cannot be read \(EISDIR\)/);
    assert.match(rows[1]?.detail ?? '', /cannot be read \(ELOOP\)/);
    assert.equal(rows[2]?.detail, 'not this one (P0001)');
  } finally {
    await engine.db().query('drop function refuse_descriptor cascade');
  }
  await rm(fileOf(0), { recursive: true });
  await rm(fileOf(1));
  for (const index of [0, 1])
    await engine.images.put(faces[index]?.storageKey ?? '', warps[0] ?? Buffer.of());
  const { done, failed } = await retry(taskId);
  assert.deepEqual({ done, failed }, { done: 14, failed: 0 });
});

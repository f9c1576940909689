import assert from 'node:assert/strict';
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { samplePath } from '../../imagestore/samplePath.ts';
import { auditBooks } from '../../books/auditBooks.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';

let engine: Engine;
let folder: string;

before(async () => {
  engine = await startEngine({ workers: ['orchestrate,gc'], env: { PART_SIZE_GC: '20' } });
  folder = join(engine.folder, 'samples');
});

after(() => engine.stop());

const image = Buffer.from('image');

/** A folder lies where the file of a face's sample should be; nobody may unlink it, whoever he is. */
async function block(storageKey: string): Promise<string> {
  const file = samplePath(folder, storageKey);
  await rm(file);
  await mkdir(file);
  return file;
}

const taskOf = async (taskId: number) => {
  const [row] = await engine.db().query<Record<string, unknown>>(
    `select state, objects_done as done, objects_failed as failed, samples_removed as samples, samples_left as stay,
       (select coalesce(sum(count), 0)::integer from task_result_chunks c where c.task_id = t.task_id) as named
     from tasks t where task_id = $1`,
    [taskId],
  );
  return row;
};

/** Without waiting for the sweep: what resists is meant to stay. */
const audit = (taskId: number) =>
  engine.withClient((client) => auditBooks(client, { taskIds: [taskId], sampleFolder: folder }));

const images = async (): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.jpg')).length;
};

test('a file that cannot be removed is no removed sample but an error, which a retry and the sweep overcome', async () => {
  const { accountId, faces } = await engine.addFaces({ count: 26, images: [image] });
  const [first, second] = faces;
  const blocked = [await block(first?.storageKey ?? ''), await block(second?.storageKey ?? '')];
  await engine.snapshot();
  const { taskId } = await engine.startGc({
    ...{ target: 'faces', filters: { account_id: accountId }, remove_samples: true },
  });
  await engine.ended(taskId);
  assert.deepEqual(await taskOf(taskId), {
    state: 'done',
    done: 24,
    failed: 2,
    samples: 24,
    stay: 0,
    named: 24,
  });
  assert.deepEqual(await audit(taskId), []);
  const errors = await engine
    .db()
    .query<{ object_id: string; error_code: number; detail: string }>(
      'select object_id, error_code, detail from task_errors where task_id = $1 order by object_id',
      [taskId],
    );
  assert.deepEqual(
    errors.map(({ object_id, error_code }) => [object_id, error_code]),
    [first, second].map((face) => [face?.faceId, 28109]),
  );
  assert.match(errors[0]?.detail ?? '', /E(ISDIR|PERM)/);
  assert.ok(!errors[0]?.detail.includes(folder), 'where the store is stays untold');

  await rmdir(blocked[0] ?? '');
  await engine.gateway().startTask(await engine.tasks().retry(taskId, 'failed', tester));
  await engine.ended(taskId);
  assert.deepEqual(await taskOf(taskId), {
    state: 'done',
    done: 25,
    failed: 1,
    samples: 25,
    stay: 0,
    named: 25,
  });
  assert.deepEqual(await audit(taskId), []);

  await rmdir(blocked[1] ?? '');
  await engine
    .db()
    .query(`update sample_tombstones set create_time = now() - interval '1 hour', next_attempt_time = now()`);
  await waitFor('the sweep to close the error', async () => (await taskOf(taskId))?.['failed'] === 0);
  assert.deepEqual(await taskOf(taskId), {
    state: 'done',
    done: 26,
    failed: 0,
    samples: 26,
    stay: 0,
    named: 26,
  });
  assert.deepEqual(await engine.audit([taskId]), []);
});

test('samples that a removal leaves are counted, and go with a task of their own', async () => {
  const { accountId } = await engine.addFaces({ count: 30, images: [image] });
  const { accountId: other } = await engine.addEvents(10, { face: [image], body: [image] });
  const kept = await engine.addFaces({ count: 5, images: [image] });
  const before = await images();
  const faces = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
  const events = await engine.startGc({ target: 'events', filters: { account_id: other } });
  await engine.ended(faces.taskId);
  await engine.ended(events.taskId);
  assert.equal((await taskOf(faces.taskId))?.['stay'], 30);
  assert.equal((await taskOf(events.taskId))?.['stay'], 20);
  assert.equal(await images(), before);

  // Those of the faces are old; those of the events have only just come.
  await engine.db().query(`update samples set create_time = now() - interval '2 days'
            where not exists (select from events where event_id = owner_id) and kind = 'face'
              and owner_id not in (select owner_id from samples where kind = 'body')`);
  await engine.snapshot();
  const { taskId } = await engine.startGc({ target: 'samples', filters: { create_time__lt: 'now-1d' } });
  await engine.ended(taskId);
  assert.deepEqual(await taskOf(taskId), {
    state: 'done',
    done: 30,
    failed: 0,
    samples: 30,
    stay: 0,
    named: 30,
  });
  assert.deepEqual(await engine.audit([taskId]), []);
  assert.equal(await images(), before - 30);

  await engine.db().query(`update samples set create_time = now() - interval '1 hour'`);
  await engine.snapshot();
  const rest = await engine.startGc({ target: 'samples', store_results: false });
  await engine.ended(rest.taskId);
  assert.deepEqual(await taskOf(rest.taskId), {
    ...{ state: 'done', done: 10, failed: 0, samples: 20, stay: 0, named: 0 },
  });
  assert.deepEqual(await engine.audit([rest.taskId]), []);
  const [left] = await engine
    .db()
    .query<{ count: number }>('select count(*) from samples where owner_id = any($1::uuid[])', [
      kept.faceIds,
    ]);
  assert.equal(left?.count, 5);
});

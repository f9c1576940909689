import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { defaultAdminPassword } from '../../platform/settings/settings.ts';
import { startEngine, twoWorkers, type Engine } from '../support/engine/engine.ts';
import { failOverIn } from '../support/postgres/failOver.ts';
import { startPair, type Pair } from '../support/postgres/pair.ts';
import { basic } from '../support/rows/basic.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

let pair: Pair;
let engine: Engine;

before(async () => {
  pair = await startPair();
  await pair.synchronise();
  engine = await startEngine({
    ...{ workers: twoWorkers, api: true },
    env: {
      ...{ DATABASE_URL: pair.url('primary,standby', 'read-write') },
      ...{ PART_SIZE_GC: '300', PART_SIZE_EXTRACT: '10' },
    },
  });
});
after(async () => {
  await engine.stop();
  await pair.stop();
});

test('a gc goes on by itself when the primary is killed and its standby promoted, and the books balance', async () => {
  const count = 12_000;
  const { accountId } = await engine.addFaces({ count, images: [] });
  const others = await engine.addFaces({ count: 50, images: [] });
  await engine.snapshot();
  const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } }, 4_000);
  await failOverIn({ engine, pair }, taskId, count);
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed, task.generation], ['done', count, 0, 1]);
  assert.deepEqual(await engine.audit([taskId]), []);
  const [left] = await engine.db().query<{
    selected: number;
    others: number;
  }>('select count(*) filter (where account_id = $1) as selected, count(*) filter (where account_id = $2) as others from faces', [accountId, others.accountId]);
  assert.deepEqual(left, { selected: 0, others: 50 });
});

test('an extract goes on in the same way when the host that came back as a standby takes over again', async () => {
  const count = 200;
  await pair.rebuild();
  await pair.synchronise();
  const { accountId } = await engine.addFaces({ count, images: await makeWarps(2) });
  await engine.snapshot();
  const { taskId } = await engine.startExtract(accountId, 40);
  await failOverIn({ engine, pair }, taskId, count);
  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed, task.generation], ['done', count, 0, 1]);
  assert.deepEqual(await engine.audit([taskId]), []);
});

test('tasks go back to what the standby has when it has not followed for a while, an ended one too, and the books balance', async () => {
  await pair.rebuild();
  const count = 12_000;
  const removed = await engine.addFaces({ count, images: [] });
  const extracted = await engine.addFaces({ count: 200, images: await makeWarps(2) });
  const few = await engine.addFaces({ count: 1_200, images: [] });
  await engine.snapshot();
  const gc = await engine.startGc({ target: 'faces', filters: { account_id: removed.accountId } }, 2_000);
  const extract = await engine.startExtract(extracted.accountId, 40);
  const share = async () =>
    Math.min((await engine.progressOf(gc.taskId)) / count, (await engine.progressOf(extract.taskId)) / 200);
  await waitFor('a fifth of both', async () => (await share()) >= 0.2);
  const short = await engine.startGc({ target: 'faces', filters: { account_id: few.accountId } }, 200);
  await waitFor('the short one to be under way', async () => (await engine.progressOf(short.taskId)) > 0);
  await pair.part();
  const kept = await share();
  await waitFor('a good part more', async () => (await share()) >= kept + 0.3);
  assert.equal((await engine.ended(short.taskId)).state, 'done');
  await pair.failOver();
  const back = await waitFor('the database to be there', share);
  assert.ok(back < kept + 0.25, 'what the standby did not get is lost');
  assert.notEqual((await engine.readTask(short.taskId)).state, 'done', 'its end, too');
  for (const [{ taskId }, all] of [
    [gc, count],
    [extract, 200],
    [short, 1_200],
  ] as const) {
    const task = await engine.ended(taskId);
    assert.deepEqual([task.state, task.done, task.failed], ['done', all, 0]);
  }
  assert.deepEqual(await engine.audit([gc.taskId, extract.taskId, short.taskId]), []);
});

test('announcements of the new primary are heard', async () => {
  const { apiUrl, config } = engine.running();
  const { accountId } = await engine.addFaces({ count: 5, images: [] });
  const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
  const answer = await fetch(`${apiUrl}/4/tasks/${taskId}/events`, {
    headers: basic(config.adminLogin, defaultAdminPassword),
    signal: AbortSignal.timeout(60_000),
  });
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    if (text.includes('"task_status":5')) return;
  }
  assert.fail(text);
});

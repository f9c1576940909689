import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { checkDatabase } from '../../../commands/audit/checkDatabase.ts';
import { createRetention, createRetentionQueries } from '../../../db/ops/retention.ts';
import { createSealStore } from '../../../db/audit/sealStore.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import { signJson } from '../../../platform/crypto/signingKey.ts';
import { insertError, insertTask } from '../../pages/taskRows.ts';
import { tester } from '../../support/rows/rows.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db } = await openTestDatabase(3);
const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = createPublicKey(privateKey);
const seals = createSealStore(db);
const sweep = (auditRetentionDays?: number) =>
  createRetention(db, { auditRetentionDays, errorRetentionDays: 30 }).sweep();
const faults = async () => (await checkDatabase(db, { publicKeys: [publicKey] })).faults;

async function write(count: number): Promise<void> {
  await db.query(
    `insert into audit (login, action, object_type, object_id) select 'x', 'task.pause', 'task', n from generate_series(1, $1::integer) n`,
    [count],
  );
  await seals.sealAll(60_000);
}

/** Signs the end of the chain, so many days ago. */
async function signAgo(days: number): Promise<void> {
  assert.ok(await seals.sign((head) => signJson(head, privateKey)));
  await db.transaction(async (tx) => {
    await tx.query('alter table audit_heads disable trigger audit_append_only');
    await tx.query('update audit_heads set sign_time = sign_time - make_interval(days => $1)', [days]);
    await tx.query('alter table audit_heads enable always trigger audit_append_only');
  });
}

const counted = async (table: string): Promise<number> =>
  (await db.query<{ count: number }>(`select count(*) from ${table}`))[0]?.count ?? -1;

test('old entries of the audit are removed up to a signed head, an entry says so, and the rest is still verified', async () => {
  await write(6_000);
  await signAgo(100);
  await write(3);
  await sweep();
  assert.equal(await counted('audit'), 6_003, 'without the setting nothing is removed');
  await sweep(101);
  assert.equal(await counted('audit'), 6_003, 'it is not old enough');

  await db.query('select expire_audit(90)');
  await seals.sealAll(60_000);
  assert.equal(await counted('audit'), 1_004, 'one batch of 5,000');
  assert.deepEqual(await faults(), [], 'in the middle of it');

  await sweep(90);
  assert.equal(await counted('audit'), 4);
  assert.equal(await counted('audit_seals'), 4);
  assert.deepEqual(await faults(), []);
  const [line] = await db.query<{ object_id: string; after: object }>(
    "select object_id, after from audit where action = 'audit.expire'",
  );
  assert.equal(line?.object_id, '6000');
  const run = (await createRetentionQueries(db).runs()).find(({ kind }) => kind === 'audit');
  assert.deepEqual([run?.removed, run?.removedEver], [1_000, 1_000]);
});

test('nothing else removes entries, and none that is younger than 30 days goes', async () => {
  await assert.rejects(db.query('delete from audit'), /append-only/);
  await assert.rejects(db.query('delete from audit_seals'), /append-only/);
  await assert.rejects(db.query('select expire_audit(29)'), /30 days at least/);
  await write(1);
  assert.deepEqual(await faults(), []);
});

test('resolved errors of ended tasks are removed when they are old; open ones and those of open tasks stay', async () => {
  const ended = await insertTask(db, { state: 'done' });
  const open = await insertTask(db, { state: 'running' });
  for (const taskId of [ended, ended, ended, open]) await insertError(db, taskId, 'x');
  await db.query(
    `update task_errors set overcome_time = now() - interval '31 days' where error_id in (
       select error_id from task_errors where task_id = $1 order by error_id limit 1)`,
    [ended],
  );
  await db.query("update task_errors set overcome_time = now() - interval '31 days' where task_id = $1", [
    open,
  ]);
  await db.query(
    `update task_errors set overcome_time = now() - interval '29 days' where error_id = (
       select max(error_id) from task_errors where task_id = $1)`,
    [ended],
  );
  await sweep();
  const rows = await db.query<{ task_id: number; open: boolean }>(
    'select task_id, overcome_time is null open from task_errors order by error_id',
  );
  assert.deepEqual(rows, [
    { task_id: ended, open: true },
    { task_id: ended, open: false },
    { task_id: open, open: false },
  ]);
});

const resultOf = (taskId: number, chunks: number) =>
  db.execute(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids)
     select $1, 1, n, 2, array[gen_random_uuid(), gen_random_uuid()] from generate_series(1, $2::integer) n`,
    [taskId, chunks],
  );
const ended = async (daysAgo: number): Promise<number> => {
  const taskId = await insertTask(db, { state: 'done', resultId: randomUUID() });
  await db.execute('update tasks set end_time = now() - make_interval(days => $2) where task_id = $1', [
    taskId,
    daysAgo,
  ]);
  return taskId;
};

test('old results are removed, and the task says when; its books stay', async () => {
  const [old, young] = [await ended(31), await ended(29)];
  await resultOf(old, 450);
  await resultOf(young, 3);
  const retention = createRetention(db, { errorRetentionDays: 30, resultRetentionDays: 30 });
  await retention.sweep();
  const chunks = await db.query('select distinct task_id from task_result_chunks');
  assert.deepEqual(chunks, [{ task_id: young }]);
  const rows = await db.query<{ id: number; gone: boolean }>(
    'select task_id id, result_removed_time is not null gone from tasks where task_id = any($1) order by 1',
    [[old, young]],
  );
  assert.deepEqual(rows, [
    { id: old, gone: true },
    { id: young, gone: false },
  ]);
  const run = (await createRetentionQueries(db).runs()).find(({ kind }) => kind === 'results');
  assert.deepEqual([run?.removed, run?.removedEver], [1, 1]);
  await retention.sweep();
  const again = (await createRetentionQueries(db).runs()).find(({ kind }) => kind === 'results');
  assert.deepEqual([again?.removed, again?.removedEver], [0, 1], 'it is looked at once');
});

test('old tasks are removed with all that is theirs; those that can be undone or whose files are left stay', async () => {
  await db.execute('truncate tasks cascade');
  const [old, kept, filed, young] = [await ended(31), await ended(31), await ended(31), await ended(29)];
  const running = await insertTask(db, { state: 'running' });
  await resultOf(old, 450);
  for (let n = 0; n < 3; n++) await insertError(db, old, 'x');
  await db.execute("insert into undo_windows (task_id, kept_for) values ($1, interval '60 days')", [kept]);
  await db.execute('insert into sample_tombstones (storage_key, task_id) values ($1, $2)', ['k', filed]);
  await createRetention(db, { errorRetentionDays: 30, taskRetentionDays: 30 }).sweep();
  const left = await db.query<{ id: number }>('select task_id id from tasks order by 1');
  assert.deepEqual(
    left.map(({ id }) => id),
    [kept, filed, young, running],
  );
  for (const table of ['task_result_chunks', 'task_errors', 'subtasks', 'task_log'])
    assert.deepEqual(await db.query(`select from ${table} where task_id = $1`, [old]), [], table);
  const [line] = await db.query<{ login: string }>(
    "select login from audit where action = 'task.remove' and object_id = $1",
    [String(old)],
  );
  assert.equal(line?.login, 'retention');
});

test('a task whose rows are being removed is not found by whoever would act on it', async () => {
  const taskId = await ended(31);
  await db.execute('update tasks set is_leaving = true where task_id = $1', [taskId]);
  await assert.rejects(createTaskStore(db, null).retry(taskId, 'all', tester), /28001|Task not found/);
});

test('sessions that have ended and failed log-ins that no longer count are removed, and how many is noted', async () => {
  await db.query(
    `insert into sessions (sid, sess, expire) values ('a', '{}', now() - interval '1 second'), ('b', '{}', now() + interval '1 hour')`,
  );
  await db.query(
    `insert into login_limits (key, points, expire) values ('a', 1, 1), ('b', 1, extract(epoch from now()) * 1000 + 60000)`,
  );
  await sweep();
  assert.deepEqual([await counted('sessions'), await counted('login_limits')], [1, 1]);
  await sweep();
  const runs = await createRetentionQueries(db).runs();
  assert.deepEqual(
    runs.filter(({ kind }) => kind === 'sessions').map(({ removed, removedEver }) => [removed, removedEver]),
    [[0, 1]],
  );
});

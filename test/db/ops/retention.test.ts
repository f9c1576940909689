import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { checkDatabase } from '../../../commands/audit/checkDatabase.ts';
import { createRetention, createRetentionQueries } from '../../../db/ops/retention.ts';
import { createSealStore } from '../../../db/audit/sealStore.ts';
import { signJson } from '../../../platform/signingKey.ts';
import { insertError, insertTask } from '../../pages/taskRows.ts';
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

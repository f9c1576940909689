import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { recordAudit } from '../../../db/audit/auditStore.ts';
import { createAuditExports } from '../../../db/audit/exportQueries.ts';
import { createSealStore } from '../../../db/audit/sealStore.ts';
import { signJson } from '../../../platform/crypto/signingKey.ts';
import { allOf } from '../../support/allOf.ts';
import { tester } from '../../support/rows/rows.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db } = await openTestDatabase(6);
const seals = createSealStore(db);
const { privateKey } = generateKeyPairSync('ed25519');

const record = (objectId: string, sql: Pick<typeof db, 'query' | 'execute'> = db) =>
  recordAudit(sql, { actor: tester, action: 'task.create', objectType: 'task', objectId });

async function sealed(): Promise<string[]> {
  return (await allOf(createAuditExports(db).entries({}))).map(({ object_id: id }) => id);
}

test('an entry that commits after later ones is sealed behind them, and not passed over', async () => {
  await db.transaction(async (late) => {
    await record('late', late);
    await record('early');
    assert.equal(await seals.seal(), 1);
  });
  await record('after');
  assert.equal(await seals.seal(), 2);
  assert.deepEqual(await sealed(), ['early', 'late', 'after']);
  assert.equal(await seals.seal(), 0);
});

test('an entry whose change was rolled back leaves no gap in the chain', async () => {
  await assert.rejects(
    db.transaction(async (tx) => {
      await record('never', tx);
      throw new Error('no');
    }),
  );
  await record('next');
  assert.equal(await seals.seal(), 1);
  const rows = await db.query<{ seal: number }>('select seal from audit_seals order by seal');
  assert.deepEqual(
    rows.map(({ seal }) => seal),
    [1, 2, 3, 4],
  );
});

test('several processes that seal at the same time make one chain, while entries are written', async () => {
  const before = (await sealed()).length;
  const written = Promise.all(Array.from({ length: 120 }, (_, number) => record(String(number))));
  const sealing = Promise.all(Array.from({ length: 40 }, () => seals.seal()));
  await Promise.all([written, sealing]);
  while ((await seals.seal()) > 0);
  const [row] = await db.query<{ broken: number; count: number; last: number }>(
    `select count(*) filter (where previous is distinct from before) broken, count(*), max(seal) last
     from (select seal, previous, lag(hash, 1, decode(repeat('00', 32), 'hex')) over (order by seal) before from audit_seals) chained`,
  );
  assert.deepEqual(row, { broken: 0, count: before + 120, last: before + 120 });
});

test('writing an entry waits for no one who seals', async () => {
  await record('first');
  await db.transaction(async (tx) => {
    await tx.query('select from audit_chain for update');
    assert.equal(await seals.seal(), 0);
    await record('meanwhile');
  });
  assert.equal(await seals.seal(), 2);
});

test('the end of the chain is signed once a day, and only when it has grown', async () => {
  const sign = () => seals.sign((head) => signJson(head, privateKey));
  const first = await sign();
  assert.ok(first);
  await record('of the same day');
  await seals.seal();
  assert.equal(await sign(), null);
  const nextDay = () =>
    db.transaction(async (tx) => {
      await tx.query('alter table audit_heads disable trigger audit_append_only');
      await tx.query("update audit_heads set sign_time = sign_time - interval '1 day'");
      await tx.query('alter table audit_heads enable always trigger audit_append_only');
    });
  await nextDay();
  assert.equal((await sign())?.seal, first.seal + 1);
  await nextDay();
  assert.equal(await sign(), null);
});

test('seals and signed heads can neither be changed nor removed, as the audit', async () => {
  for (const table of ['audit_seals', 'audit_heads']) {
    await assert.rejects(db.query(`delete from ${table}`), /append-only/);
    await assert.rejects(db.query(`update ${table} set seal = 1`), /append-only/);
  }
});

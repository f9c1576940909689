import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkDatabase } from '../../../commands/audit/checkDatabase.ts';
import { createChainCheck } from '../../../commands/audit/chainCheck.ts';
import { recordAudit } from '../../../db/audit/auditStore.ts';
import { createAuditExports, type AuditLine } from '../../../db/audit/exportQueries.ts';
import { sealedHash } from '../../../db/audit/sealedHash.ts';
import { createSealStore } from '../../../db/audit/sealStore.ts';
import type { Sql } from '../../../db/sql/connection.ts';
import type { AuditHead, SealedLine } from '../../../domain/audit/entry.ts';
import { isSignedBy, signJson } from '../../../platform/crypto/signingKey.ts';
import { allOf } from '../../support/allOf.ts';
import { createTestFolder } from '../../support/folder.ts';
import { tester } from '../../support/rows/rows.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db, url } = await openTestDatabase(3);
const folder = await createTestFolder('verify-audit');
after(() => folder.remove());
const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = createPublicKey(privateKey);
const otherKey = createPublicKey(generateKeyPairSync('ed25519').privateKey);
const seals = createSealStore(db);

const record = (sql: Sql, objectId: number) =>
  recordAudit(sql, { actor: tester, action: 'task.create', objectType: 'task', objectId });

// Nine entries; a head behind the sixth.
for (let number = 1; number <= 6; number++) await record(db, number);
await seals.seal();
const head = await seals.sign((unsigned) => signJson(unsigned, privateKey));
assert.ok(head);
for (let number = 7; number <= 9; number++) await record(db, number);
await seals.seal();
const lines = await allOf(createAuditExports(db).chain());
const entries = lines.filter((line): line is SealedLine => !('kind' in line));

/** What is found after somebody who owns the tables has changed them; then all is as before. */
async function foundAfter(change: string): Promise<readonly string[]> {
  let faults: readonly string[] = [];
  const rollBack = new Error('as before');
  const changed = db.transaction(async (tx) => {
    for (const table of ['audit', 'audit_seals', 'audit_heads']) {
      await tx.query(`alter table ${table} disable trigger user`);
    }
    await tx.query(change);
    ({ faults } = await checkDatabase(tx, { publicKeys: [publicKey] }));
    throw rollBack;
  });
  await assert.rejects(changed, rollBack);
  return faults;
}

function foundIn(exported: readonly AuditLine[], options: object = {}): readonly string[] {
  const check = createChainCheck({ publicKeys: [publicKey], ...options });
  exported.forEach(check.take);
  return check.finish().faults;
}

test('an audit that nobody has touched matches its chain, in the tables and exported', async () => {
  assert.deepEqual((await checkDatabase(db, { publicKeys: [publicKey] })).faults, []);
  assert.deepEqual(foundIn(lines), []);
  assert.equal(entries.length, 9);
  assert.equal(lines.length, 10);
});

test('an altered entry is named, whichever of its fields was altered', async () => {
  for (const change of [
    "login = 'someone.else@example.com'",
    "audit_time = audit_time - interval '1 hour'",
    "action = 'task.cancel'",
    "object_id = '77'",
    "remote_address = '10.0.0.1'",
    "before = '{}'",
    'after = \'{"state": "done"}\'',
  ]) {
    const [first, ...more] = await foundAfter(`update audit set ${change} where audit_id = 4`);
    assert.match(first ?? '', /^entry 4 \(seal 4\): it was altered/, change);
    assert.deepEqual(more, []);
  }
});

test('a removed entry is named, with its seal or without', async () => {
  assert.equal((await foundAfter('delete from audit where audit_id = 4'))[0], 'entry 4: it was removed');
  const [first] = await foundAfter(
    'delete from audit where audit_id = 4; delete from audit_seals where audit_id = 4',
  );
  assert.match(first ?? '', /^entry 5 \(seal 5\): 1 entry before it was removed, from seal 4 on/);
});

test('a removed beginning is found, also when a signed head stands where it was', async () => {
  const without = (seal: number) =>
    `delete from audit where audit_id <= ${seal}; delete from audit_seals where audit_id <= ${seal}`;
  assert.match(
    (await foundAfter(without(2)))[0] ?? '',
    /^the entries up to seal 2 were removed, and no later/,
  );
  assert.match(
    (await foundAfter(without(6)))[0] ?? '',
    /^the entries up to seal 6 were removed, and no later/,
  );
});

test('a removed tail is found by the end of the chain, by a signed head, and by a head kept elsewhere', async () => {
  const cut = (seal: number) =>
    `delete from audit where audit_id > ${seal}; delete from audit_seals where audit_id > ${seal}`;
  assert.deepEqual(await foundAfter(cut(7)), ['the entries with seals 8 to 9 were removed']);
  const forged = `${cut(4)}; update audit_chain set seal = 4, hash = (select hash from audit_seals where seal = 4)`;
  assert.match(
    (await foundAfter(forged))[0] ?? '',
    /^signed head of .* the entries with seals 5 to 6 were removed/,
  );
  const exported = entries.slice(0, 4);
  assert.deepEqual(foundIn(exported), []);
  assert.match(foundIn(exported, { keptHeads: [head] })[0] ?? '', /seals 5 to 6 were removed/);
});

test('an inserted entry is found: written past the triggers, or with a seal', async () => {
  const inserted = await foundAfter(
    "insert into audit (login, action, object_type, object_id) values ('x', 'task.create', 'task', '9')",
  );
  assert.match(inserted[0] ?? '', /^entry \d+: it was inserted, and never recorded/);
  const copy = { ...entries[4], audit_id: 4711 } as SealedLine;
  const forged = { ...copy, hash: sealedHash(copy) };
  const found = foundIn([...lines.slice(0, 5), forged, ...lines.slice(5)]);
  assert.deepEqual(found, ['entry 4711 (seal 5): it was inserted or moved, it comes after seal 5']);
});

test('entries in another order are found', async () => {
  const [first, second, ...rest] = lines as [AuditLine, AuditLine, ...AuditLine[]];
  assert.match(foundIn([second, first, ...rest])[0] ?? '', /^entry 1 \(seal 1\): it was inserted or moved/);
  const swapped = await foundAfter(
    `update audit_seals set seal = -seal where seal in (3, 4);
     update audit_seals set seal = case seal when -3 then 4 else 3 end where seal < 0`,
  );
  assert.match(swapped[0] ?? '', /^entry 4 \(seal 3\): it was altered/);
});

test('a chain that was computed again from an altered entry on does not match its signed head', () => {
  let previous = entries[2]?.hash ?? '';
  const again = entries.slice(3).map((line) => {
    const altered = { ...line, login: 'someone.else@example.com', previous_hash: previous };
    previous = sealedHash(altered);
    return { ...altered, hash: previous };
  });
  const forged = [...entries.slice(0, 3), ...again.slice(0, 3), head as AuditHead, ...again.slice(3)];
  assert.match(foundIn(forged)[0] ?? '', /^signed head of .* \(seal 6\): its hash is not that of the chain/);
});

test('an entry that was replaced with a hash of its own does not go with the next', () => {
  const altered = { ...entries[3], login: 'someone.else@example.com' } as SealedLine;
  const forged = lines.map((line) =>
    'kind' in line || line.seal !== 4 ? line : { ...altered, hash: sealedHash(altered) },
  );
  assert.match(foundIn(forged)[0] ?? '', /^entry 5 \(seal 5\): it does not follow/);
});

test('a head that another key has signed is refused', () => {
  assert.ok(isSignedBy(head, publicKey));
  assert.match(foundIn(lines, { publicKeys: [otherKey] })[0] ?? '', /its signature does not match the key/);
});

test('after the key was changed, heads that the former one has signed match if it is given too', () => {
  assert.deepEqual(foundIn(lines, { publicKeys: [otherKey, publicKey] }), []);
});

test('an export with filters is checked entry by entry, if that is said', () => {
  const some = entries.filter(({ seal }) => seal % 2 === 0);
  assert.match(foundIn(some)[0] ?? '', /before it was removed/);
  assert.deepEqual(foundIn(some, { partial: true }), []);
  const altered = some.map((line) => ({ ...line, login: 'x' }));
  assert.equal(foundIn(altered, { partial: true }).length, 4);
});

test('the command checks the database and a file, offline with the public key, and names what it found', async () => {
  const keyFile = join(folder.path, 'key.pub');
  await writeFile(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['commands/verifyAudit.ts', '--key', keyFile, ...args], {
      env: { PATH: process.env['PATH'], DATABASE_URL: url },
      encoding: 'utf8',
    });
  await appendFile(keyFile, otherKey.export({ type: 'spki', format: 'pem' }));
  const whole = run();
  assert.deepEqual([whole.stderr, whole.status], ['', 0]);
  assert.equal(whole.stdout, '9 entries and 1 signed head were checked\n');

  const file = join(folder.path, 'audit.ndjson');
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  await writeFile(file, text);
  assert.equal(run(file).status, 0);
  await writeFile(file, text.replace('"task.create"', '"task.remove"'));
  const altered = run(file);
  assert.equal(altered.status, 1);
  assert.match(altered.stderr, /does NOT match its chain\n {2}entry 1 \(seal 1\): it was altered/);
  await writeFile(file, 'audit_id,login\n');
  assert.match(run(file).stderr, /audit.ndjson, line 1, does not hold a JSON object/);

  const log = join(folder.path, 'api.log');
  await writeFile(log, `{"msg":"x"}\n${JSON.stringify({ msg: 'the head of the audit was signed', head })}\n`);
  await writeFile(
    file,
    entries
      .slice(0, 4)
      .map((line) => JSON.stringify(line))
      .join('\n'),
  );
  assert.match(run(file, '--heads', log).stderr, /seals 5 to 6 were removed/);
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { v7 } from 'uuid';
import { createAccountRemoval } from '../../../db/accounts/accountRemoval.ts';
import { createAccountStore } from '../../../db/accounts/accountStore.ts';
import { createAuditQueries } from '../../../db/audit/auditQueries.ts';
import { createEventPartitions } from '../../../db/ops/eventPartitions.ts';
import { createDatabase, type Database } from '../../../db/sql/connection.ts';
import { createRecords, type Records } from '../../../db/sql/records.ts';
import { ensureDescriptorPartition } from '../../../db/schema/descriptorPartitions.ts';
import { isMigrated } from '../../../db/schema/isMigrated.ts';
import { migrate } from '../../../db/schema/migrate.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildEvent, insertEventRows } from '../../support/rows/eventRows.ts';
import { buildFace, insertFaces, tester } from '../../support/rows/rows.ts';

const suffix = randomBytes(4).toString('hex');
const roles = { owner: `owner_${suffix}`, service: `service_${suffix}` };

let testDatabase: TestDatabase;
let admin: Database;
let owner: Database;
let service: Database;
let records: Records;

const as = (role: string): string => {
  const url = new URL(testDatabase.url);
  url.username = role;
  url.password = 'secret';
  return url.href;
};
const connect = (url: string) => createDatabase({ url, applicationName: 'test', maxConnections: 2 });

/** A database whose tables belong to one role and whose service connects as another. */
before(async () => {
  testDatabase = await createTestDatabase();
  admin = connect(testDatabase.url);
  for (const role of Object.values(roles)) await admin.query(`create role ${role} login password 'secret'`);
  await admin.query('drop schema public cascade');
  await admin.query(`create schema public authorization ${roles.owner}`);
  await migrate({ databaseUrl: as(roles.owner), serviceUrl: as(roles.service) });
  owner = connect(as(roles.owner));
  service = connect(as(roles.service));
  records = createRecords({ url: as(roles.service), applicationName: 'test', maxConnections: 1 });
});

after(async () => {
  await owner.close();
  await records.close();
  await service.close();
  await admin.query(`drop owned by ${roles.owner}, ${roles.service} cascade`);
  for (const role of Object.values(roles)) await admin.query(`drop role ${role}`);
  await admin.close();
  await testDatabase.drop();
});

const changes = [
  `update audit set login = 'somebody else'`,
  'delete from audit',
  'truncate audit',
  'truncate audit cascade',
];

test("the service's role writes the audit and can neither change nor remove a line", async () => {
  await createTaskStore(service, null).create(
    {
      taskType: 4,
      content: { target: 'face_descriptors', filters: { descriptor_version: 1 }, store_results: false },
      description: null,
    },
    tester,
  );
  const queries = createAuditQueries(service);
  const before = await queries.page({}, { page: 1, pageSize: 10 });
  assert.equal(before.length, 1);
  for (const sql of [
    ...changes,
    'alter table audit disable trigger audit_append_only',
    'drop trigger audit_append_only on audit',
    `create or replace function refuse_audit_change() returns trigger language plpgsql as 'begin return null; end'`,
    'set session_replication_role = replica',
    'drop table audit',
    `insert into audit (audit_id, action, object_type, object_id) values (1, 'x', 'y', 'z')`,
  ]) {
    await assert.rejects(service.query(sql), /permission denied|must be owner|cannot insert/, sql);
  }
  assert.deepEqual(await queries.page({}, { page: 1, pageSize: 10 }), before);
});

test('a process of the release before writes on when the counts of the audit are there, and it has no rights to them yet', async () => {
  await owner.query(`revoke all on audit_blocks from ${roles.service}`);
  const accounts = createAccountStore(records);
  const account = {
    login: 'y@example.com',
    passwordHash: '-',
    accountType: 'user',
    description: '',
  } as const;
  await accounts.register({ ...account, accountId: '01900000-0000-7000-8000-0000000000ab' }, tester);
  await owner.query(`grant select, insert, update, delete on audit_blocks to ${roles.service}`);
  assert.ok((await createAuditQueries(service).count({})) > 0);
});

test('the owner too has to take the trigger away before a line can be changed', async () => {
  for (const sql of changes) await assert.rejects(owner.query(sql), /the audit is append-only/, sql);
});

test('even a superuser in replica mode is refused', async () => {
  await assert.rejects(
    admin.transaction(async (tx) => {
      await tx.query('set local session_replication_role = replica');
      await tx.query('delete from audit');
    }),
    /the audit is append-only/,
  );
});

test("the service's role can do all that the service does", async () => {
  assert.equal(await isMigrated(service), true);
  await ensureDescriptorPartition(service, 'face_descriptors', 77);
  await ensureDescriptorPartition(service, 'face_descriptors', 77);
  await insertFaces(service, [buildFace({ versions: [77] })]);
  const accounts = createAccountStore(records);
  const accountId = '01900000-0000-7000-8000-0000000000aa';
  await accounts.register(
    { accountId, login: 'x@example.com', passwordHash: '-', accountType: 'user', description: '' },
    tester,
  );
  await accounts.changePassword(accountId, '+', tester);
  await createAccountRemoval(service).remove(accountId, tester);
  await service.query('delete from face_descriptors');
});

const madeBy: Record<string, (version: number) => Promise<void>> = {
  'the service': (version) => ensureDescriptorPartition(service, 'face_descriptors', version),
  'the owner': (version) => ensureDescriptorPartition(owner, 'face_descriptors', version),
  'an older release': async (version) => {
    const name = `face_descriptors_v${version}`;
    await owner.query(`create table ${name} partition of face_descriptors for values in (${version})`);
    await migrate({ databaseUrl: as(roles.owner), serviceUrl: as(roles.service) });
  },
};

Object.entries(madeBy).forEach(([maker, make], index) => {
  test(`the service's role empties a whole partition that ${maker} has made`, async () => {
    const version = 80 + index;
    await make(version);
    await insertFaces(service, [buildFace({ versions: [version] }), buildFace({ versions: [version] })]);
    const byHand = createGcByHand(service);
    const { ref, content } = await byHand.create({
      ...{ target: 'face_descriptors', descriptor_version: version, store_results: false },
    });
    await byHand.planOf(5).next(ref, 0);
    const part = await byHand.claim(ref, 1, 'mine');
    assert.equal(part.isWhole, true);
    const answer = await byHand.gc.emptyWhole(part, content);
    assert.equal(answer.kind, 'committed');
    assert.deepEqual(answer.result, {
      ...{ kind: 'emptied', removed: 2, chunks: 0 },
      ...{ samplesRemoved: 0, samplesLeft: 0, files: 0 },
    });
  });
});

test("the service's role makes partitions of days, and empties one", async () => {
  assert.equal(await createEventPartitions(service, 1).keep(), 0);
  const msecs = Date.now() + 2 * 86_400_000;
  const createTime = new Date(Date.now() - 1_000).toISOString();
  await insertEventRows(service, [
    buildEvent({ eventId: v7({ msecs }), createTime, versions: { face: [91] } }),
  ]);
  const byHand = createGcByHand(service);
  const ref = await byHand.run({ target: 'events', confirm_all: true, remove_samples: true });
  const parts = await service.query('select whole, done from subtasks where task_id = $1', [ref.taskId]);
  assert.deepEqual(parts, [{ whole: true, done: 1 }]);
  assert.deepEqual(await service.query('select from event_descriptors'), []);
});

test("the service's role keeps what a gc removes aside, puts it back, and lets the tables go", async () => {
  const face = buildFace({ externalId: 'kept', listIds: [], storageKey: 'a-key' });
  await insertFaces(service, [face]);
  const byHand = createGcByHand(service);
  const gc = await byHand.run({
    ...{ target: 'faces', filters: { external_ids: ['kept'] }, remove_samples: true, undo_window: '1d' },
  });
  const tables = () =>
    service.query(`select from pg_class where relname ~ '^aside_${gc.taskId}_' and relkind = 'r'`);
  assert.equal((await tables()).length, 6);
  await migrate({ databaseUrl: as(roles.owner), serviceUrl: as(roles.service) });
  await byHand.runCreated(await byHand.tasks.undo(gc.taskId, undefined, tester));
  assert.ok((await byHand.idsIn('faces')).has(face.faceId));
  assert.equal((await tables()).length, 0);
});

test("the service's role truncates nothing else", async () => {
  for (const table of ['faces', 'events', 'face_descriptors', 'tasks', 'accounts']) {
    await assert.rejects(service.query(`truncate ${table} cascade`), /permission denied/, table);
  }
});

test("the service's role makes no tables and no migrations", async () => {
  for (const sql of [
    'create table mine (value integer)',
    `insert into schema_migrations (name) values ('9999')`,
    `select ensure_descriptor_partition('audit', 1)`,
  ]) {
    await assert.rejects(service.query(sql), /permission denied|no table of descriptors/, sql);
  }
});

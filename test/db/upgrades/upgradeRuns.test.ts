import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createDefaultVersionStore } from '../../../db/networks/defaultVersionStore.ts';
import { ensureDescriptorPartition } from '../../../db/schema/descriptorPartitions.ts';
import { createDatabase, type Database } from '../../../db/sql/connection.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import { createUpgradeQueries } from '../../../db/upgrades/upgradeQueries.ts';
import { createUpgradeRuns, type NextMove } from '../../../db/upgrades/upgradeRuns.ts';
import { createUpgradeStore } from '../../../db/upgrades/upgradeStore.ts';
import { freezeGcContent } from '../../../domain/gc/gcContent.ts';
import { freezeUpgrade, type UpgradeRequest } from '../../../domain/upgrades/upgrade.ts';
import { buildFace, insertFaces, tester } from '../../support/rows/rows.ts';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.ts';

let testDatabase: TestDatabase;
let db: Database;

before(async () => {
  testDatabase = await createTestDatabase();
  db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 4 });
  for (const version of [1, 3]) {
    await ensureDescriptorPartition(db, 'face_descriptors', version);
    await ensureDescriptorPartition(db, 'event_descriptors', version);
  }
});
after(async () => {
  await db.close();
  await testDatabase.drop();
});
beforeEach(() =>
  db.query('truncate tasks, faces, face_descriptors, default_versions, upgrades restart identity cascade'),
);

const defaults = () =>
  createDefaultVersionStore(db, { defaultDescriptorVersion: 1, defaultBodyDescriptorVersion: 101 });
const abilities = { attributesVersion: null, hasExtractor: () => true };
const runs = () =>
  createUpgradeRuns(db, {
    ...{ defaultVersions: defaults(), abilities, hasFile: () => false, approvalRule: null },
  });
const store = () => createUpgradeStore(db);

async function begin(request: Partial<UpgradeRequest> = {}): Promise<number> {
  const content = freezeUpgrade(
    { to_version: 3, objects: ['faces'], approve_before: [], watch_for: '0s', ...request },
    { ...abilities, defaultVersions: await defaults().read() },
  );
  return (await store().create(content, tester)).upgradeId;
}

/** Nothing went wrong, whatever was looked at. */
const found = {
  trial: { trial: { objects: [{ objects: 'faces', tried: 10, described: 10 }] } },
  verification: {
    verification: { to: 3, objects: [{ objects: 'faces', holdFrom: 100, holdBoth: 100, lackTo: 0 }] },
  },
} as const;

const endTasks = (state: string) =>
  db.query(
    `update tasks set state = $1, end_time = now(), objects_expected = 100, objects_done = 100 where end_time is null and state = 'pending'`,
    [state],
  );

/** Plays the workflow until the upgrade waits for somebody, or is over; what a step finds out is what `finds` says. */
async function play(upgradeId: number, finds: Readonly<Record<string, object>> = found): Promise<NextMove> {
  for (let look = 0; look < 50; look += 1) {
    const move = await runs().advance({ upgradeId });
    if (move.kind === 'over') return move;
    if (move.kind === 'inquire') {
      await runs().keep(move, finds[move.inquiry] ?? {});
    }
    if (move.kind === 'wait') {
      if (move.seconds > 60) return move;
      await endTasks('done');
    }
  }
  return assert.fail('the upgrade comes to no end');
}

const shown = async (upgradeId: number) =>
  (await createUpgradeQueries(db).find(upgradeId)) ?? assert.fail('there is no upgrade');
const stepsOf = async (upgradeId: number) =>
  (await shown(upgradeId)).steps.map(({ step, state }) => `${step} ${state}`);

/** One that has come to its watch, which takes an hour. */
async function beginToWatch(): Promise<number> {
  const upgradeId = await begin({ watch_for: '1h' });
  for (;;) {
    const move = await runs().advance({ upgradeId });
    if (move.kind === 'inquire') await runs().keep(move, found[move.inquiry] as never);
    await endTasks('done');
    if ((await stepsOf(upgradeId)).at(-1) === 'watch running') return upgradeId;
  }
}

test('an upgrade without gates goes through its steps, switches the default and removes the old version', async () => {
  const upgradeId = await begin();
  assert.deepEqual(await play(upgradeId), { kind: 'over' });
  assert.equal((await shown(upgradeId)).state, 'done');
  assert.deepEqual(await stepsOf(upgradeId), [
    'check done',
    'extract done',
    'verify done',
    'switch done',
    'watch done',
    'remove done',
  ]);
  assert.equal((await defaults().read()).face, 3);
  const tasks = await db.query<{ type: number; step: string; version: number; login: string }>(
    `select task_type type, step, (content #>> '{filters,descriptor_version}')::int version, created_by_login login
     from tasks join upgrade_steps s on s.upgrade_id = tasks.upgrade_id and step_no = upgrade_step order by task_id`,
  );
  assert.deepEqual(tasks, [
    { type: 5, step: 'extract', version: null, login: tester.login },
    { type: 4, step: 'remove', version: 1, login: tester.login },
  ]);
});

test('it waits before a step that needs an approval, and whoever approves stands beside it', async () => {
  const upgradeId = await begin({ approve_before: ['switch', 'remove'] });
  await play(upgradeId);
  assert.equal((await shown(upgradeId)).state, 'waiting');
  assert.equal((await stepsOf(upgradeId)).at(-1), 'switch waiting');
  assert.equal((await defaults().read()).face, 1);
  await store().act(upgradeId, { action: 'approve' }, tester);
  await play(upgradeId);
  assert.equal((await stepsOf(upgradeId)).at(-1), 'remove waiting');
  assert.equal((await defaults().read()).face, 3);
  await store().act(upgradeId, { action: 'approve' }, tester);
  assert.deepEqual(await play(upgradeId), { kind: 'over' });
  const deciders = (await shown(upgradeId)).steps.map(({ decidedBy }) => decidedBy);
  assert.deepEqual(deciders, [null, null, null, tester.login, null, tester.login]);
});

test('what does not satisfy the rules waits for a decision with its reason, and can be repeated or accepted', async () => {
  const upgradeId = await begin();
  const lacking = {
    ...found,
    verification: {
      verification: { to: 3, objects: [{ objects: 'faces', holdFrom: 100, holdBoth: 90, lackTo: 10 }] },
    },
  };
  await play(upgradeId, lacking);
  const { newest, state } = await shown(upgradeId);
  assert.deepEqual([state, newest.step, newest.state], ['waiting', 'verify', 'undecided']);
  assert.deepEqual(newest.reasons, ['10 of 100 faces lack version 3: 90 % have it; 99 % must.']);
  await store().act(upgradeId, { action: 'repeat', step: 'extract' }, tester);
  assert.equal((await stepsOf(upgradeId)).at(-1), 'extract running');
  await play(upgradeId, lacking);
  assert.equal((await stepsOf(upgradeId)).at(-1), 'verify undecided');
  await store().act(upgradeId, { action: 'approve' }, tester);
  // The watch verifies again.
  assert.deepEqual(await play(upgradeId), { kind: 'over' });
});

test('a task that failed, and a step that finds nothing out, are reasons to wait', async () => {
  const upgradeId = await begin();
  await runs().advance({ upgradeId });
  await runs().keep(
    { upgradeId, stepNo: 1 },
    { failure: { error: 'noExtractor', detail: 'no network here' } },
  );
  await play(upgradeId);
  assert.deepEqual((await shown(upgradeId)).newest.reasons, ['no network here.']);
  await store().act(upgradeId, { action: 'approve' }, tester);
  for (const move of ['moved', 'wait']) assert.equal((await runs().advance({ upgradeId })).kind, move);
  await db.query(`update tasks set state = 'failed', failure = '{"detail": "the disk is full"}'`);
  await play(upgradeId);
  assert.deepEqual((await shown(upgradeId)).newest.reasons, ['Task 1 failed: the disk is full.']);
});

test('objects that came after the extract are extracted while it watches', async () => {
  const upgradeId = await beginToWatch();
  const extracts = async () => (await shown(upgradeId)).steps.at(-1)?.taskIds.length;
  assert.equal((await runs().advance({ upgradeId })).kind, 'wait');
  assert.equal(await extracts(), 0);
  const now = new Date().toISOString();
  await insertFaces(db, [buildFace({ createTime: now }), buildFace({ createTime: now, versions: [3] })]);
  await runs().advance({ upgradeId });
  assert.equal(await extracts(), 1);
  await runs().advance({ upgradeId });
  assert.equal(await extracts(), 1, 'one at a time');
  const [late] = await db.query<{ since: string }>(
    `select content #>> '{filters,create_time__gte}' since from tasks order by task_id desc limit 1`,
  );
  assert.ok(Date.parse(late?.since ?? '') < Date.parse(now));
  // What has failed is not tried for ever.
  await db.query(`update tasks set state = 'done' where state = 'pending'`);
  await db.query(
    `insert into task_errors (task_id, task_type, error_code, "desc", detail, object_type, object_id)
     select max(t.task_id), 5, 28100, '', '', 'face', (select face_id from face_descriptors where descriptor_version = 1)
     from tasks t`,
  );
  await runs().advance({ upgradeId });
  assert.equal(await extracts(), 1);
});

test('a task for late objects that fails is told, and whoever accepts that lets the watch go on', async () => {
  const upgradeId = await beginToWatch();
  await insertFaces(db, [buildFace({ createTime: new Date().toISOString() })]);
  await runs().advance({ upgradeId });
  await runs().advance({ upgradeId });
  await endTasks('failed');
  await play(upgradeId);
  const { newest, taskIds } = await shown(upgradeId);
  assert.deepEqual([newest.state, newest.reasons], ['undecided', ['Task 2 failed.']]);
  assert.deepEqual(taskIds, [1], 'how far it is says the extract of all');
  await store().act(upgradeId, { action: 'approve' }, tester);
  assert.deepEqual((await stepsOf(upgradeId)).slice(-2), ['watch done', 'watch running']);
  assert.deepEqual((await shown(upgradeId)).newest.dueTime, newest.dueTime);
});

test('it is rolled back from any step: its tasks are cancelled, and the default is what it was before', async () => {
  const upgradeId = await beginToWatch();
  assert.equal((await defaults().read()).face, 3);
  await insertFaces(db, [buildFace({ createTime: new Date().toISOString() })]);
  await runs().advance({ upgradeId });
  await store().act(upgradeId, { action: 'roll_back' }, tester);
  assert.deepEqual(await play(upgradeId), { kind: 'over' });
  assert.equal((await shown(upgradeId)).state, 'rolled_back');
  assert.equal((await defaults().read()).face, 1);
  const [last] = await db.query<{ state: string }>('select state from tasks order by task_id desc limit 1');
  assert.equal(last?.state, 'cancelled');
  await assert.rejects(store().act(upgradeId, { action: 'roll_back' }, tester), {
    error: 'cannotActOnUpgrade',
  });
});

test('what it has removed is put back by a task when it is rolled back within its undo window', async () => {
  await insertFaces(db, [buildFace(), buildFace()]);
  const upgradeId = await begin({ undo_window: '1d' });
  await play(upgradeId);
  assert.equal((await shown(upgradeId)).state, 'done');
  assert.ok((await shown(upgradeId)).undoUntil);
  // As its engine does it.
  await db.query(
    `with gone as (delete from face_descriptors where descriptor_version = 1 returning *)
     insert into aside_2_face_descriptors select * from gone`,
  );
  await store().act(upgradeId, { action: 'roll_back' }, tester);
  assert.equal((await runs().advance({ upgradeId })).kind, 'wait');
  const [undo] = await db.query<{ state: string; of: number }>(
    `select state, (content ->> 'of')::int "of" from tasks where content ->> 'target' = 'undo'`,
  );
  assert.deepEqual(undo, { state: 'pending', of: 2 });
  assert.equal((await defaults().read()).face, 3, 'not before it is back');
  await endTasks('failed');
  await runs().advance({ upgradeId });
  assert.deepEqual((await shown(upgradeId)).newest.reasons, ['Task 3 failed.']);
  await db.query(`update tasks set state = 'done' where task_id = 3`);
  assert.deepEqual(await runs().advance({ upgradeId }), { kind: 'over' });
  assert.equal((await shown(upgradeId)).state, 'rolled_back');
  assert.equal((await defaults().read()).face, 1);
});

test('once the old version is removed permanently nothing can be rolled back', async () => {
  const upgradeId = await begin({ undo_window: null });
  await play(upgradeId);
  await assert.rejects(store().act(upgradeId, { action: 'roll_back' }, tester), {
    error: 'cannotActOnUpgrade',
    detail: 'descriptors of the old version have been removed permanently',
  });
});

test('a pause pauses its tasks, and goes on where it was', async () => {
  const upgradeId = await begin();
  for (let look = 0; look < 4; look += 1) {
    const move = await runs().advance({ upgradeId });
    if (move.kind === 'inquire') await runs().keep(move, found[move.inquiry] as never);
  }
  const stateOfTask = async () => (await db.query<{ state: string }>('select state from tasks'))[0]?.state;
  assert.equal(await stateOfTask(), 'pending');
  await store().act(upgradeId, { action: 'pause' }, tester);
  assert.deepEqual([(await shown(upgradeId)).state, await stateOfTask()], ['paused', 'paused']);
  assert.equal((await runs().advance({ upgradeId })).kind, 'wait');
  await store().act(upgradeId, { action: 'resume' }, tester);
  assert.deepEqual([(await shown(upgradeId)).state, await stateOfTask()], ['running', 'pending']);
  assert.deepEqual(await play(upgradeId), { kind: 'over' });
});

test('there is one upgrade of a kind at a time, and nobody else removes its versions or switches the default', async () => {
  const upgradeId = await begin();
  await assert.rejects(begin({ to_version: 7 }), { error: 'upgradeOpen' });
  const remove = (version: number) =>
    createTaskStore(db, null).create(
      {
        taskType: 4,
        content: (now) =>
          freezeGcContent({ target: 'face_descriptors', filters: { descriptor_version: version } }, now),
        description: null,
      },
      tester,
    );
  for (const version of [1, 3]) {
    await assert.rejects(remove(version), {
      error: 'upgradeOpen',
      detail: `upgrade ${upgradeId} (version 1 to 3) is not over; it removes version 1 itself, or is rolled back first`,
    });
  }
  await assert.rejects(defaults().switch('face', 7, tester), { error: 'upgradeOpen' });
  await remove(2);
  await play(upgradeId);
  await remove(1);
});

test('it does not begin while one of its versions is being removed', async () => {
  await createTaskStore(db, null).create(
    {
      taskType: 4,
      content: (now) =>
        freezeGcContent({ target: 'face_descriptors', filters: { descriptor_version: 1 } }, now),
      description: null,
    },
    tester,
  );
  await assert.rejects(begin(), { error: 'versionInUse' });
});

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { auditBooks, takeSnapshot } from '../../../books/auditBooks.ts';
import { withClient } from '../../../books/withClient.ts';
import { createDuePurges } from '../../../db/tasks/createUndo.ts';
import { createTaskQueries } from '../../../db/tasks/taskQueries.ts';
import { createTombstoneStore } from '../../../db/gc/tombstoneStore.ts';
import type { GcContent, GcRequest, UndoFilters } from '../../../domain/gc/gcContent.ts';
import type { ClaimedPart, TaskRef } from '../../../domain/tasks/parts.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildFace, tester } from '../../support/rows/rows.ts';
import { seedRemovable } from '../../support/rows/removableRows.ts';
import { tableHashes } from '../../support/rows/tableHashes.ts';

const { db, url } = await openTestDatabase(6);
const byHand = createGcByHand(db);
const tombstones = createTombstoneStore(db);
const queries = createTaskQueries(db);
let faceIds: string[];
const list = '01900000-0000-7000-8000-0000000000aa';

beforeEach(async () => {
  await db.query('select drop_aside(task_id) from tasks');
  const faces = Array.from({ length: 9 }, (_, n) =>
    buildFace({ externalId: 'selected', storageKey: `key-${n}`, versions: [1, 3], listIds: [list] }),
  );
  await seedRemovable(db, faces);
  await db.query('insert into lists (list_id, account_id) values ($1, $1)', [list]);
  faceIds = faces.map(({ faceId }) => faceId);
});

const selected = { external_ids: ['selected'] };
const requests: Readonly<Record<string, { request: GcRequest; objects: number }>> = {
  'faces with their samples': {
    request: { target: 'faces', filters: selected, remove_samples: true },
    objects: 9,
  },
  'faces without their samples': { request: { target: 'faces', filters: selected }, objects: 9 },
  'events with their samples': {
    request: { target: 'events', confirm_all: true, remove_samples: true },
    objects: 4,
  },
  'face descriptors': { request: { target: 'face_descriptors', descriptor_version: 1 }, objects: 10 },
  'face descriptors without a list': {
    request: { target: 'face_descriptors', descriptor_version: 1, store_results: false },
    objects: 10,
  },
  'event descriptors': {
    request: { target: 'event_descriptors', descriptor_version: 101, descriptor_type: 'body' },
    objects: 4,
  },
  'samples without an owner': { request: { target: 'samples' }, objects: 1 },
};

const windowed = (request: GcRequest): Promise<TaskRef> => byHand.run({ ...request, undo_window: '7d' });

/** The undo of a gc, as the engine would do it. */
async function undo(gc: TaskRef, filters?: UndoFilters): Promise<TaskRef> {
  const ref = await byHand.tasks.undo(gc.taskId, filters, tester);
  await byHand.runCreated(ref);
  return ref;
}

const countsOf = async (ref: TaskRef) => {
  const task = await byHand.taskRow(ref);
  return [task['state'], task['objects_done'], task['objects_failed'], task['objects_skipped']];
};
const undoOf = async ({ taskId }: TaskRef) => (await queries.find(taskId))?.undo;
const asideTables = async () =>
  (
    await db.query<{ name: string }>(
      `select relname as name from pg_class where relname ~ '^aside_' and relkind = 'r'`,
    )
  ).map(({ name }) => name);
const endWindow = (gc: TaskRef) =>
  db.query(`update tasks set end_time = end_time - interval '8 days' where task_id = $1`, [gc.taskId]);

for (const [words, { request, objects }] of Object.entries(requests)) {
  test(`a removal of ${words} is undone to the last row`, async () => {
    const before = await tableHashes(db);
    await withClient(url, takeSnapshot);
    const gc = await windowed(request);
    assert.deepEqual(await countsOf(gc), ['done', objects, 0, 0]);
    assert.notDeepEqual(await tableHashes(db), before);
    assert.deepEqual(await withClient(url, (client) => auditBooks(client, { taskIds: [gc.taskId] })), []);
    assert.equal((await undoOf(gc))?.state, 'available');
    const back = await undo(gc);
    assert.deepEqual(await countsOf(back), ['done', objects, 0, 0]);
    assert.deepEqual(await tableHashes(db), before);
    const { until: _until, ...state } = (await undoOf(gc)) ?? assert.fail();
    assert.deepEqual(state, { state: 'undone', task_id: back.taskId });
    assert.deepEqual(await asideTables(), []);
    const taskIds = [gc.taskId, back.taskId];
    assert.deepEqual(await withClient(url, (client) => auditBooks(client, { taskIds })), []);
  });
}

test('the books of an undo that was cancelled half-way balance, unless it counts more than its gc has removed', async () => {
  await withClient(url, takeSnapshot);
  const gc = await windowed({ target: 'faces', filters: selected });
  const ref = await byHand.tasks.undo(gc.taskId, undefined, tester);
  await byHand.lifecycle.load(ref);
  const { parts } = await byHand.planOf(5).next(ref, 0);
  const { content } = (await queries.find(ref.taskId)) ?? assert.fail();
  await byHand.runPart(ref, content as GcContent, parts[0] ?? assert.fail(), 2);
  await byHand.tasks.control(ref.taskId, 'cancel', tester);
  await byHand.lifecycle.finish(ref, { outcome: 'cancelled' });
  const [state, done] = await countsOf(ref);
  assert.equal(state, 'cancelled');
  assert.ok(Number(done) > 0 && Number(done) < 9, String(done));
  const taskIds = [gc.taskId, ref.taskId];
  const audit = () => withClient(url, (client) => auditBooks(client, { taskIds }));
  assert.deepEqual(await audit(), []);
  await db.query('update subtasks set expected = expected + 1 where task_id = $1 and part_no = $2', [
    ref.taskId,
    parts.at(-1),
  ]);
  await db.query('update tasks set objects_expected = objects_expected + 1 where task_id = $1', [ref.taskId]);
  assert.match((await audit()).join(), /objects_expected differs from what its filter selects/);
});

test('a part of what was removed is put back first, and the rest later', async () => {
  const before = await tableHashes(db);
  const gc = await windowed({ target: 'faces', filters: selected, remove_samples: true });
  assert.deepEqual(await countsOf(await undo(gc, { face_ids: faceIds.slice(0, 2) })), ['done', 2, 0, 0]);
  assert.equal((await undoOf(gc))?.state, 'available');
  assert.deepEqual(await byHand.idsIn('faces').then((ids) => ids.size), 3);
  assert.deepEqual(await countsOf(await undo(gc, { list_id: list })), ['done', 7, 0, 0]);
  assert.deepEqual(await tableHashes(db), before);
});

test('an object that exists again is left as it is, and told with the reason', async () => {
  const gc = await windowed({ target: 'face_descriptors', descriptor_version: 1 });
  const [again, orphan] = faceIds;
  await db.query(
    `insert into face_descriptors (face_id, descriptor_version, descriptor) values ($1, 1, '\\x01020304')`,
    [again],
  );
  await db.query('delete from faces where face_id = $1', [orphan]);
  const back = await undo(gc);
  assert.deepEqual(await countsOf(back), ['done', 8, 0, 2]);
  const skips = await db.query<{ object_id: string; reason: string }>(
    'select object_id, reason from undo_skips where task_id = $1 order by reason',
    [back.taskId],
  );
  assert.deepEqual(skips, [
    { object_id: again, reason: 'it exists again' },
    { object_id: orphan, reason: 'its face is gone' },
  ]);
  const [kept] = await db.query<{ length: number }>(
    'select octet_length(descriptor) as length from face_descriptors where face_id = $1 and descriptor_version = 1',
    [again],
  );
  assert.equal(kept?.length, 4);
});

test('what was removed cannot be put back while the gc runs, twice, after the window, or without one', async () => {
  const refused = (ref: TaskRef, words: RegExp) =>
    assert.rejects(byHand.tasks.undo(ref.taskId, undefined, tester), (error: Error) => {
      assert.match(error.message, /^Task cannot be undone: /);
      assert.match(error.message, words);
      return true;
    });
  const { ref: open } = await byHand.create({ target: 'faces', filters: selected, undo_window: '1h' });
  await refused(open, /the task is planning: it can be undone when it has ended/);
  await byHand.lifecycle.finish(open, { outcome: 'cancelled' });
  await refused(open, /removed nothing that can be restored/);
  await refused(await byHand.run({ target: 'samples' }), /has no undo window/);
  const gc = await windowed({ target: 'faces', filters: selected });
  const first = await byHand.tasks.undo(gc.taskId, undefined, tester);
  assert.equal((await undoOf(gc))?.state, 'undoing');
  await refused(gc, new RegExp(`task ${first.taskId} is putting it back already`));
  await byHand.tasks.control(first.taskId, 'cancel', tester);
  assert.equal((await undoOf(gc))?.state, 'available');
  await endWindow(gc);
  await refused(gc, /the undo window ended at /);
  await assert.rejects(byHand.tasks.undo(999_999, undefined, tester), /Task not found/);
});

test('an undo of a version and a gc or an extract of it exclude each other', async () => {
  const request: GcRequest = { target: 'face_descriptors', descriptor_version: 1 };
  const gc = await windowed(request);
  const removing = await byHand.create(request);
  await assert.rejects(byHand.tasks.undo(gc.taskId, undefined, tester), /Descriptor version used/);
  await byHand.lifecycle.finish(removing.ref, { outcome: 'cancelled' });
  const back = await byHand.tasks.undo(gc.taskId, undefined, tester);
  await assert.rejects(
    byHand.create(request),
    new RegExp(`task ${back.taskId} \\(undo, pending\\) puts back`),
  );
});

/** The purge of the gc, with the files that it removes on the way. */
async function purge(): Promise<{ ref: TaskRef; files: string[] }> {
  assert.equal(await createDuePurges(db), 1);
  assert.equal(await createDuePurges(db), 0);
  const [task] = await db.query<TaskRef>(
    `select task_id as "taskId", generation from tasks where content ->> 'target' = 'purge'`,
  );
  assert.ok(task);
  const files: string[] = [];
  const settle = async (part: ClaimedPart, content: GcContent): Promise<ClaimedPart> => {
    const keys = await tombstones.listPending(part, 100);
    files.push(...keys);
    const outcomes = keys.map((storageKey) => ({ storageKey, refusal: null }));
    return (await tombstones.settle(part, content, outcomes)).part;
  };
  await byHand.runCreated(task, settle);
  return { ref: task, files };
}

test('after the window one purge ends it, and the files of samples go with that', async () => {
  const gc = await windowed({ target: 'faces', filters: selected, remove_samples: true });
  assert.deepEqual(await tombstones.listOld(0, 100), []);
  assert.equal((await byHand.taskRow(gc))['samples_removed'], 0);
  await assert.rejects(byHand.tasks.remove(gc.taskId, tester), /Undo window still open/);
  assert.equal(await createDuePurges(db), 0);
  await endWindow(gc);
  await withClient(url, takeSnapshot);
  const { ref, files } = await purge();
  assert.equal(files.length, 9);
  assert.deepEqual(await countsOf(ref), ['done', 9, 0, 0]);
  assert.equal((await byHand.taskRow(ref))['samples_removed'], 9);
  assert.deepEqual(await asideTables(), []);
  assert.equal((await undoOf(gc))?.state, 'purged');
  await byHand.tasks.remove(gc.taskId, tester);
});

test('a purge of descriptors lets all of them go at once', async () => {
  const gc = await windowed({ target: 'face_descriptors', descriptor_version: 1 });
  await endWindow(gc);
  const { ref } = await purge();
  assert.deepEqual(await countsOf(ref), ['done', 10, 0, 0]);
  assert.deepEqual(await asideTables(), []);
  await assert.rejects(byHand.tasks.undo(gc.taskId, undefined, tester), /the undo window is over/);
  await assert.rejects(byHand.tasks.retry(gc.taskId, 'all', tester), /what task \d+ removed was purged/);
});

test('what cannot be put back because the database refuses it is an error of the undo, and a retry puts it back', async () => {
  const before = await tableHashes(db);
  const gc = await windowed({ target: 'faces', filters: selected });
  await db.query(`alter table faces add constraint refused check (face_id <> '${faceIds[3] ?? ''}')`);
  const back = await byHand.tasks.undo(gc.taskId, undefined, tester);
  try {
    await byHand.runCreated(back, undefined, 1);
    assert.deepEqual(await countsOf(back), ['done', 8, 1, 0]);
    const [error] = await db.query<{ code: number }>('select error_code as code from task_errors');
    assert.equal(error?.code, 28119);
  } finally {
    await db.query('alter table faces drop constraint refused');
  }
  const again = await byHand.tasks.retry(back.taskId, 'all', tester);
  await byHand.runCreated(again);
  assert.deepEqual(await countsOf(again), ['done', 9, 0, 0]);
  assert.deepEqual(await tableHashes(db), before);
});

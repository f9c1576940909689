import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createDatabase, type Database } from '../../../db/sql/connection.ts';
import { createRecords, type Records } from '../../../db/sql/records.ts';
import { createScheduledTasks } from '../../../db/schedules/scheduledTasks.ts';
import { createScheduleQueries } from '../../../db/schedules/scheduleQueries.ts';
import { createScheduleStore } from '../../../db/schedules/scheduleStore.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import type { ExtractContent } from '../../../domain/extract/extractContent.ts';
import type { GcContent } from '../../../domain/gc/gcContent.ts';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.ts';
import { tester } from '../../support/rows/rows.ts';

let testDatabase: TestDatabase;
let db: Database;
let records: Records;

before(async () => {
  testDatabase = await createTestDatabase();
  db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 10 });
  records = createRecords({ url: testDatabase.url, applicationName: 'test', maxConnections: 1 });
});
after(async () => {
  await records.close();
  await db.close();
  await testDatabase.drop();
});
beforeEach(() => db.query('truncate tasks restart identity cascade'));

const gcOf = (version: number, type?: 'face' | 'body'): GcContent =>
  type === undefined
    ? { target: 'face_descriptors', filters: { descriptor_version: version }, store_results: true }
    : {
        target: 'event_descriptors',
        filters: { descriptor_version: version, descriptor_type: type },
        store_results: true,
      };
const extractOf = (
  needed: number,
  made: number,
  objects_type: 'faces' | 'events' = 'faces',
  extraction_target: 'face_descriptor' | 'body_descriptor' = 'face_descriptor',
): ExtractContent => ({
  extraction_target,
  options: { missing: true, descriptor_version: made, default_descriptor_version: needed },
  filters: { objects_type },
  store_results: true,
});
const attributes: ExtractContent = {
  extraction_target: 'basic_attributes',
  options: { missing: true, attributes_version: 1 },
  filters: { objects_type: 'faces' },
  store_results: true,
};

async function create(content: GcContent | ExtractContent): Promise<number> {
  const taskType = 'target' in content ? 4 : 5;
  const { taskId } = await createTaskStore(db, null).create({ taskType, content, description: null }, tester);
  return taskId;
}

const set = (taskId: number, state: string) =>
  db.query('update tasks set state = $2 where task_id = $1', [taskId, state]);

const inUse = (taskId: number) => (error: unknown) => {
  assert.ok(error instanceof Error && 'error' in error && 'detail' in error, String(error));
  assert.equal(error.error, 'versionInUse', error.message);
  assert.match(String(error.detail), new RegExp(`^task ${taskId} \\(`));
  return true;
};

const excluding: readonly [string, GcContent, ExtractContent][] = [
  ['from which faces are extracted', gcOf(1), extractOf(1, 3)],
  ['which is being extracted', gcOf(3), extractOf(1, 3)],
  ['from which events are extracted', gcOf(1, 'face'), extractOf(1, 3, 'events')],
  ['of bodies', gcOf(101, 'body'), extractOf(101, 102, 'events', 'body_descriptor')],
];
for (const [what, gc, extract] of excluding) {
  test(`a gc of the version ${what} and the extract exclude each other, until the first has ended`, async () => {
    for (const [first, second] of [
      [gc, extract],
      [extract, gc],
    ] as const) {
      const taskId = await create(first);
      for (const state of [
        'pending',
        'planning',
        'running',
        'pausing',
        'paused',
        'cancelling',
        'collecting',
      ]) {
        await set(taskId, state);
        await assert.rejects(create(second), inUse(taskId), state);
      }
      for (const state of ['done', 'failed', 'cancelled']) {
        await set(taskId, state);
        await set(await create(second), 'done');
      }
    }
  });
}

test('a gc of another version, type or kind of object goes beside an extract, and so do other extracts', async () => {
  await create(extractOf(1, 3));
  await create(gcOf(2));
  await create(gcOf(1, 'face'));
  await create(gcOf(3, 'body'));
  await create(attributes);
  await create(extractOf(1, 4));
  await create({
    ...{ target: 'faces', filters: {}, confirm_all: true, store_results: true },
    ...{ remove_samples: false, remove_image_origins: false },
  });
});

test('of a gc and an extract that are ordered at the same moment one is refused, every time', async () => {
  for (let round = 0; round < 20; round++) {
    // Both have the versions in common, named in another order.
    const answers = await Promise.allSettled([
      create(gcOf(1)),
      create(extractOf(1, 3)),
      create(gcOf(3)),
      create(extractOf(3, 1)),
    ]);
    const open = await db.query<{ type: number }>(
      `select distinct task_type as type from tasks where state = 'pending'`,
    );
    assert.equal(open.length, 1, JSON.stringify(answers));
    const refused = answers.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 2);
    for (const { reason } of refused as PromiseRejectedResult[]) {
      assert.equal((reason as { error?: string }).error, 'versionInUse', String(reason));
    }
    await db.query(`update tasks set state = 'done'`);
  }
});

test('a retry is refused while a task is open that it excludes, whichever of them it is', async () => {
  const tasks = createTaskStore(db, null);
  const gc = await create(gcOf(1));
  await set(gc, 'failed');
  const extract = await create(extractOf(1, 3));
  await assert.rejects(tasks.retry(gc, 'all', tester), inUse(extract));
  await set(extract, 'failed');
  await tasks.retry(gc, 'all', tester);
  for (const scope of ['all', 'failed', 'unfinished'] as const) {
    await assert.rejects(tasks.retry(extract, scope, tester), inUse(gc));
  }
  await set(gc, 'done');
  await tasks.retry(extract, 'all', tester);
});

test('of the retries of a gc and an extract at the same moment one is refused, and none waits for the other for ever', async () => {
  const tasks = createTaskStore(db, null);
  const gc = await create(gcOf(1));
  await set(gc, 'failed');
  const extract = await create(extractOf(1, 3));
  for (let round = 0; round < 20; round++) {
    await db.query(`update tasks set state = 'failed', default_version_removed = false`);
    const answers = await Promise.allSettled([
      tasks.retry(gc, 'all', tester),
      tasks.retry(extract, 'all', tester),
      create(gcOf(1)),
    ]);
    const reasons = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    );
    for (const reason of reasons)
      assert.equal((reason as { error?: string }).error, 'versionInUse', String(reason));
    assert.ok(reasons.length === 1 || reasons.length === 2, String(reasons));
  }
});

test('a scheduled gc of a version that an extract needs makes no task, and the schedule says why', async () => {
  const extract = await create(extractOf(1, 3));
  const scheduleId = await createScheduleStore(records, null).create(
    {
      taskType: 4,
      content: { target: 'face_descriptors', filters: { descriptor_version: 1 } },
      ...{
        description: null,
        cron: '0 0 1 1 *',
        timeZone: 'UTC',
        overlapPolicy: 'skip',
        catchUpWindow: '10m',
      },
      ...{ notificationPolicy: null, objectsPerSecond: null, errorBudget: null },
    },
    tester,
  );
  const run = { scheduleId, cron: '0 0 1 1 *', timeZone: 'UTC', scheduledTime: '2026-01-01T00:00:00.000Z' };
  await assert.rejects(
    createScheduledTasks(db, () => Promise.resolve(() => gcOf(1)), null).start(run),
    inUse(extract),
  );
  const { lastRun } = (await createScheduleQueries(db).find(scheduleId)) ?? {};
  const { outcome, failure } = lastRun as {
    outcome: string;
    failure: { error_code: number; detail: string };
  };
  assert.deepEqual([outcome, failure.error_code], ['failed', 28_038]);
  assert.match(failure.detail, new RegExp(`task ${extract} `));
});

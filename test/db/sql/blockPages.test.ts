import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuditQueries } from '../../../db/audit/auditQueries.ts';
import { createBlockCounts } from '../../../db/ops/blockCounts.ts';
import { createErrorQueries } from '../../../db/tasks/errorQueries.ts';
import { createTaskQueries } from '../../../db/tasks/taskQueries.ts';
import type { ErrorFilters, TaskFilters } from '../../../domain/tasks/taskFilters.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db } = await openTestDatabase(4);

const tasks = 25_000;

/** Tasks of both types and of all states, with the holes that deleting leaves. */
async function fill(): Promise<void> {
  await db.query('truncate tasks cascade');
  await db.query(
    `insert into tasks (task_type, state, content)
     select 4 + n % 2, (array['done', 'done', 'failed', 'cancelled', 'pending'])[1 + n % 5], '{}'
     from generate_series(1, $1::integer) n`,
    [tasks],
  );
  await db.query(
    `insert into task_errors (task_id, task_type, error_code, "desc", detail, object_type, object_id)
     select task_id, task_type, 28100 + task_id % 3, '', '', 'face', gen_random_uuid() from tasks
     union all
     select (select max(task_id) from tasks), 4, 28100 + n % 2, '', '', 'face', gen_random_uuid()
     from generate_series(1, 20000) n`,
  );
  await db.query('delete from tasks where task_id % 80 = 0 or task_id % 50000 between 9000 and 9300');
  await db.query(`update tasks set state = 'done' where task_id % 11 = 0`);
}

const taskFilters: readonly TaskFilters[] = [
  {},
  { taskType: 5 },
  { taskStatus: 5 },
  { taskType: 4, taskStatus: 3 },
  { taskStatus: 4 },
  { createTimeGte: '2000-01-01T00:00:00Z' },
];

const sqlOf = { taskType: 'task_type', taskStatus: 'task_status', errorCode: 'error_code', action: 'action' };

async function everyId(table: string, key: string, filters: object): Promise<number[]> {
  const conditions = Object.entries(filters).flatMap(([name, value]) =>
    name in sqlOf
      ? [`${sqlOf[name as keyof typeof sqlOf]} = '${String(value)}'`]
      : name === 'taskIds'
        ? [`task_id = any('{${String(value)}}')`]
        : [],
  );
  const rows = await db.query<{ id: number }>(
    `select ${key} id from ${table} where ${['true', ...conditions].join(' and ')} order by ${key} desc`,
  );
  return rows.map(({ id }) => id);
}

/** Compares count and pages, near and far, across the borders of blocks, with a list that was read at once. */
async function comparePages<Filters extends object>(
  filters: Filters,
  expected: readonly number[],
  page: (filters: Filters, paging: { page: number; pageSize: number }) => Promise<number[]>,
  count: (filters: Filters) => Promise<number>,
): Promise<void> {
  const what = JSON.stringify(filters);
  assert.equal(await count(filters), expected.length, what);
  const pageSize = 97;
  const last = Math.ceil(expected.length / pageSize);
  const far = [1, 2, 84, 85, 86, 100, 150, 200, 300, 400, last - 1, last, last + 1, 1_000_000];
  for (const at of far.filter((one) => one >= 1)) {
    const wanted = expected.slice((at - 1) * pageSize, at * pageSize);
    assert.deepEqual(await page(filters, { page: at, pageSize }), wanted, `${what} page ${at}`);
  }
}

async function compareAll(): Promise<void> {
  const taskQueries = createTaskQueries(db);
  for (const filters of taskFilters) {
    await comparePages(
      filters,
      await everyId('tasks', 'task_id', filters),
      async (some, paging) => (await taskQueries.page(some, paging)).map(({ taskId }) => taskId),
      taskQueries.count,
    );
  }
  const errorQueries = createErrorQueries(db);
  const [newest] = await everyId('tasks', 'task_id', {});
  const errorFilters: readonly ErrorFilters[] = [
    {},
    { errorCode: 28_101 },
    { taskType: 4, errorCode: 28_100 },
    { taskIds: [newest ?? 0] },
    { taskIds: [newest ?? 0, 1], errorCode: 28_100 },
    { errorCode: 1 },
  ];
  for (const filters of errorFilters) {
    await comparePages(
      filters,
      await everyId('task_errors', 'error_id', filters),
      async (some, paging) => (await errorQueries.page(some, paging)).map(({ errorId }) => errorId),
      errorQueries.count,
    );
  }
}

test('pages far behind are the same as those of a list that is read from its beginning', async () => {
  await fill();
  await compareAll();
  assert.ok((await createBlockCounts(db).merge()) > 0);
  await compareAll();
  assert.equal(await createBlockCounts(db).merge(), 0);
  await db.query('delete from tasks where task_id % 79 = 0');
  await compareAll();
  await db.query('truncate tasks cascade');
  assert.deepEqual(await createTaskQueries(db).countByTypeAndStatus(), []);
  assert.equal(await createErrorQueries(db).count({}), 0);
});

test('pages of the audit far behind are the same, also after its owner has removed old lines', async () => {
  const queries = createAuditQueries(db);
  const compareAudit = async (): Promise<void> => {
    for (const filters of [{}, { action: 'task.pause' }]) {
      await comparePages(
        filters,
        await everyId('audit', 'audit_id', filters),
        async (some, paging) => (await queries.page(some, paging)).map(({ auditId }) => auditId),
        queries.count,
      );
    }
  };
  // Ids that were given to transactions that did not commit.
  for (const hole of [0, 5_000, 300]) {
    await db.query(`select setval(s, nextval(s) + $1) from pg_get_serial_sequence('audit', 'audit_id') s`, [
      hole + 1,
    ]);
    await db.query(
      `insert into audit (action, object_type, object_id) select case n % 3 when 0 then 'task.create' else 'task.pause' end, 'task', n
       from generate_series(1, 10000) n`,
    );
  }
  await compareAudit();
  await createBlockCounts(db).merge();
  await compareAudit();
  await db.transaction(async (tx) => {
    await tx.query('alter table audit disable trigger audit_append_only');
    await tx.query('delete from audit where audit_id < 7000');
    await tx.query('alter table audit enable always trigger audit_append_only');
  });
  await compareAudit();
});

test('counts agree with the rows at every moment while tasks come, move and go and counts are merged', async () => {
  await db.query('truncate tasks cascade');
  const counts = createBlockCounts(db);
  let isOver = false;
  const change = async (seed: number): Promise<void> => {
    for (let step = 0; step < 60; step++) {
      await db.query(
        `insert into tasks (task_type, content) select 4 + n % 2, '{}' from generate_series(1, 40) n`,
      );
      await db.query(`update tasks set state = 'done' where task_id % 5 = $1`, [(seed + step) % 5]);
      await db.query('delete from tasks where task_id % 13 = $1', [(seed + step) % 13]);
    }
  };
  const merge = async (): Promise<void> => {
    while (!isOver) await counts.merge();
  };
  let compared = 0;
  const compare = async (): Promise<void> => {
    while (!isOver) {
      const different = await db.query(
        `with counted as (
           select task_id >> 12 block, task_type, task_status, count(*) items from tasks group by 1, 2, 3
         ), told as (
           select block, task_type, task_status, sum(items)::bigint items from task_blocks
           group by 1, 2, 3 having sum(items) <> 0
         )
         (table counted except table told) union all (table told except table counted)`,
      );
      assert.deepEqual(different, []);
      compared++;
    }
  };
  // The changers lock rows in no common order, so they take turns; merging and comparing go on beside them.
  const changing = (async () => {
    for (const seed of [1, 2]) await change(seed);
    isOver = true;
  })();
  await Promise.all([changing, merge(), compare()]);
  assert.ok(compared > 10, `${compared} comparisons`);
});

import { setTimeout as delay } from 'node:timers/promises';
import { textTable } from '../commands/cli/textTable.ts';
import { createHistoryStore } from '../db/tasks/historyStore.ts';
import { createPartStore } from '../db/engine/partStore.ts';
import { createTaskLifecycle } from '../db/engine/taskLifecycle.ts';
import { createTaskQueries } from '../db/tasks/taskQueries.ts';
import type { Bed } from './harness/bed.ts';
import { median, round } from './harness/figures.ts';
import type { Measurement } from './harness/measurement.ts';

const mostParts = 500_000;
const running = 10;
const times = 9;

// What each look was before sums were kept: it read all parts of the task.
const sumOfAll = `select count(*), count(*) filter (where state = 'done'), sum(expected)::bigint, sum(done)::bigint,
  sum(failed)::bigint, sum(skipped)::bigint, sum(samples_removed)::bigint, sum(origins_removed)::bigint,
  max(last_update_time), sum(recent * exp(greatest(-50, (recent_at_ms - 1000) / 30000::float8))) filter (where recent > 0)
  from subtasks where task_id = $1`;
const handledOfAll = 'select sum(done + failed + skipped)::bigint from subtasks where task_id = $1';
const budgetOfAll = `select sum(done)::bigint, sum(failed)::bigint, sum(skipped)::bigint from subtasks
  where task_id = $1 and not retry_errors`;
const runningOfAll = `select count(*) from subtasks where task_id = $1 and state = 'running'`;

/** What it takes to look at a task of very many parts, half of which are done. */
export const looks: Measurement = {
  about: 'looks at a task of 500,000 subtasks, by sums that are kept, beside sums of all subtasks',
  measure: async (bed, { faces }, say) => {
    const { db } = bed;
    const parts = Math.min(faces, mostParts);
    say(`looks: a task of ${parts} subtasks`);
    const ref = { taskId: await seed(bed, parts), generation: 1 };
    const { taskId } = ref;
    const [lists, history, lifecycle] = [
      createTaskQueries(db),
      createHistoryStore(db),
      createTaskLifecycle(db),
    ];
    const ofAll = (sql: string) => () => db.query(sql, [taskId]);
    const kinds: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      ['a look at the task (API, page, live)', ofAll(sumOfAll), () => lists.find(taskId)],
      ['sample for the charts, every 5 s', ofAll(handledOfAll), () => history.sample()],
      ['error budget, after each subtask', ofAll(budgetOfAll), () => lifecycle.sums(taskId)],
      ['control, in each batch', ofAll(runningOfAll), () => createPartStore(db).readControl(ref)],
    ];
    const before: number[] = [];
    for (const [, all] of kinds) before.push(await msOf(all));
    say('looks: the worker adds the subtasks that are done to the sums');
    const foldSeconds = await secondsUntilFolded(bed, taskId);
    await db.query('vacuum (analyze) subtasks');
    const rows = [];
    for (const [index, [what, , kept]] of kinds.entries())
      rows.push([what, before[index] ?? NaN, await msOf(kept)]);
    const head = ['', 'all subtasks, ms', 'kept sums, ms'];
    return {
      figures: { parts, head, rows, foldSeconds },
      lines: [
        `a task of ${parts} subtasks, half of them done; median of ${times}, one connection`,
        '',
        ...textTable(head, rows),
        '',
        `the first sums of ${parts / 2} subtasks took the worker ${round(foldSeconds, 1)} s beside its other work`,
      ],
    };
  },
};

/** Paused, so that its parts stay as they are. */
async function seed({ db }: Bed, parts: number): Promise<number> {
  const [task] = await db.query<{ task_id: number }>(
    `insert into tasks (task_type, state, desired_state, content, plan_done, parts_all, objects_expected, running_ms)
     values (4, 'paused', 'pause', '{"target": "faces", "filters": {}, "store_results": false}', true, $1,
       1000 * $1, 1000) returning task_id`,
    [parts],
  );
  const taskId = task?.task_id ?? 0;
  await db.query(
    `insert into subtasks (task_id, part_no, from_key, to_key, state, attempt, expected, done, failed, skipped, recent)
     select $1, n, gen_random_uuid(), gen_random_uuid(),
       case when n <= $2 / 2 then 'done' when n <= $2 / 2 + ${running} then 'running' else 'pending' end,
       case when n <= $2 / 2 + ${running} then 1 else 0 end, 1000, case when n <= $2 / 2 then 990 else 0 end,
       case when n <= $2 / 2 then 2 else 0 end, case when n <= $2 / 2 then 8 else 0 end, case when n <= $2 / 2 then 9 else 0 end
     from generate_series(1, $2::integer) n`,
    [taskId, parts],
  );
  await db.query('vacuum (analyze) subtasks');
  return taskId;
}

async function secondsUntilFolded({ db, signal }: Bed, taskId: number): Promise<number> {
  const started = performance.now();
  for (;;) {
    const [row] = await db.query<{ left: number }>(
      `select count(*) "left" from subtasks where task_id = $1 and attempt > 0 and not folded and state = 'done'`,
      [taskId],
    );
    if (row?.left === 0) return (performance.now() - started) / 1_000;
    await delay(200, undefined, { signal });
  }
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const seen: number[] = [];
  for (let run = 0; run < times; run++) {
    const started = performance.now();
    await work();
    seen.push(performance.now() - started);
  }
  return round(median(seen));
}

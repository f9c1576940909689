import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { auditBooks, takeSnapshot } from '../books/auditBooks.ts';
import { watchCounters } from '../books/watchCounters.ts';
import { withClient } from '../books/withClient.ts';
import { createOrders, type Orders, type TaskRow } from './orders.ts';
import type { Plan, Step } from './plan.ts';
import { createReadings } from './readings.ts';
import { startOrigin, type Origin } from './origin.ts';
import { createStrikes } from './strikes.ts';
import type { System } from './system.ts';
import { makeWorld, oldEnough, type World } from './world.ts';

export interface Outcome {
  readonly tasks: readonly TaskRow[];
  readonly objects: number;
  readonly longestStallMs: number;
  /** What must not be; empty when nothing was lost. */
  readonly violations: readonly string[];
}

// From the end of the storm: a worker that has to be noticed missing, backoffs, and the rest of the work.
const endLimitMs = 180_000;
const pauseLimitMs = 60_000;

/** Lets the plan happen to a system with tasks, lets everything come to rest, and checks what became of it. */
export async function runPlan(
  system: System,
  plan: Plan,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  say(`making faces and events for ${plan.tasks.length} tasks`);
  const origin = await startOrigin();
  try {
    const world = await withClient(system.databaseUrl(), async (client) => {
      const made = await makeWorld(client, system.sampleFolder, plan.tasks, origin.url, signal);
      await takeSnapshot(client);
      return made;
    });
    return await runStorm(system, plan, { ...world, origin }, say, signal);
  } finally {
    await origin.close();
  }
}

async function runStorm(
  system: System,
  plan: Plan,
  { jobs, missingFiles, origin }: World & { readonly origin: Origin },
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const strikes = createStrikes(system, origin, say);
  const orders = createOrders(system, say);
  const readings = createReadings(system, orders, say);
  const watch = watchCounters(() => system.databaseUrl());
  try {
    for (const step of plan.steps) {
      await delay(step.afterMs, undefined, { signal });
      const job = step.act === 'start' ? jobs[step.task] : undefined;
      if (step.act === 'start') {
        if (job !== undefined) await orders.start(job, `chaos ${step.task + 1}`);
      } else if ('pick' in step) await orders.order(step);
      else if (step.act === 'read') readings.start(step.removeAfterMs);
      else {
        say(describe(step));
        await strikes.strike(step);
      }
    }
    say('no more faults are injected');
    await strikes.mended();
    const faults = [
      ...(await comeToRest(orders, say, signal)),
      ...(await endWindows(system.databaseUrl(), orders, say, signal)),
    ];
    await watch.stop();
    const tasks = await orders.rows();
    const violations = await withClient(system.databaseUrl(), async (client) => {
      await sweep(client, signal);
      const taskIds = tasks.map(({ task_id }) => task_id);
      const files = { sampleFolder: system.sampleFolder, missingFiles };
      return auditBooks(client, { taskIds, ...files, asked: origin.asked() });
    });
    return {
      tasks,
      objects: tasks.reduce((sum, task) => sum + task.objects_expected, 0),
      longestStallMs: watch.longestStall(),
      violations: [
        ...violations,
        ...faults,
        ...(await readings.faults()),
        ...(await misfrozen(system.databaseUrl())),
        ...strikes.unasked(),
        ...watch.steppedBack().map((step) => `a counter went back: ${step}`),
      ],
    };
  } finally {
    strikes.stop();
    await watch.stop();
  }
}

/** Of the windows that are still open every second is undone, and the others are over at once. */
async function endWindows(
  databaseUrl: string,
  orders: Orders,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<string[]> {
  for (const { task_id, is_undoable } of await orders.rows()) {
    if (is_undoable && task_id % 2 === 0) await orders.undo(task_id);
  }
  const faults = await comeToRest(orders, say, signal);
  await withClient(databaseUrl, (client) =>
    client.query(`update tasks t set end_time = end_time - interval '2 days' from undo_windows w
      where w.task_id = t.task_id and w.ended is null`),
  );
  say('all undo windows are over');
  const limit = Date.now() + endLimitMs;
  for (;;) {
    const open = await withClient(databaseUrl, async (client) => {
      const { rows } = await client.query<{ task_id: string }>(
        `select task_id::text from undo_windows where ended is null
         union all select substring(relname from '[0-9]+') from pg_class where relname ~ '^aside_[0-9]+_' and relkind = 'r'`,
      );
      return rows;
    });
    if (open.length === 0) return faults;
    if (Date.now() > limit)
      return [...faults, ...open.map((one) => `what task ${one.task_id} removed is still aside`)];
    await delay(200, undefined, { signal });
  }
}

/** Paused tasks stay paused until they are resumed, cancelled ones cancelled; all others become done. */
async function comeToRest(
  orders: Orders,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const { wishes, rates, rows } = orders;
  const unlike = async (isRight: (row: TaskRow, wish: string) => boolean, limitMs: number) => {
    const limit = Date.now() + limitMs;
    for (;;) {
      const wrong = (await rows()).filter((row) => !isRight(row, wishes.get(row.task_id) ?? 'run'));
      if (wrong.length === 0 || Date.now() > limit) return wrong;
      await delay(200, undefined, { signal });
    }
  };
  // A task whose last part was under way has nothing left to pause.
  const notPaused = await unlike(
    ({ state }, wish) => wish !== 'pause' || state === 'paused' || state === 'done',
    pauseLimitMs,
  );
  for (const [taskId, wish] of wishes) {
    if (wish !== 'pause') continue;
    say(`resume task ${taskId}, which was left paused`);
    await orders.give('resume', taskId);
  }
  const ends: Record<string, string> = { run: 'done', cancel: 'cancelled' };
  const notEnded = await unlike(({ state }, wish) => state === ends[wish], endLimitMs);
  const notThrottled = (await rows()).filter(
    (row) => row.objects_per_second !== (rates.get(row.task_id) ?? row.objects_per_second),
  );
  return [
    ...notThrottled.map(
      (row) =>
        `task ${row.task_id} was to go at ${rates.get(row.task_id) ?? 0} a second and goes at ${row.objects_per_second ?? 'no limit'}`,
    ),
    ...notPaused.map(({ task_id, state }) => `task ${task_id} was to be paused and is ${state}`),
    ...notEnded.map(
      ({ task_id, state, failure }) =>
        `task ${task_id} was to be ${ends[wishes.get(task_id) ?? 'run'] ?? 'paused'} and is ${state} ${JSON.stringify(failure)}`,
    ),
  ];
}

/** Relative times that were counted by another clock than the database's. */
async function misfrozen(databaseUrl: string): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ task_id: number; frozen: string; create_time: string }>(
      `select task_id::integer, frozen::text, create_time::text
       from tasks cross join lateral (select (content #>> '{filters,create_time__lt}')::timestamptz as frozen) f
       where abs(extract(epoch from create_time - frozen) - $1) > 60`,
      [oldEnough.seconds],
    );
    return rows.map(
      ({ task_id, frozen, create_time }) =>
        `task ${task_id} of ${create_time} removes what is older than ${frozen}`,
    );
  });
}

/** Files of batches that were killed before they removed them go later: here at once. */
async function sweep(client: pg.Client, signal: AbortSignal): Promise<void> {
  await client.query(`update sample_tombstones set create_time = create_time - interval '1 hour'`);
  const limit = Date.now() + 30_000;
  for (;;) {
    const { rowCount } = await client.query('select from sample_tombstones limit 1');
    if (rowCount === 0 || Date.now() > limit) return;
    await delay(100, undefined, { signal });
  }
}

function describe(
  step: Exclude<
    Step,
    { act: 'start' | 'read' | 'pause' | 'resume' | 'cancel' | 'retry' | 'throttle' | 'undo' }
  >,
): string {
  switch (step.act) {
    case 'kill':
      return step.victim === 'extractors'
        ? 'kill extractors'
        : step.victim === 'failover'
          ? `kill the primary, its standby takes over after ${step.downMs} ms`
          : `kill ${step.victim}, back after ${step.downMs} ms`;
    case 'freeze':
      return `freeze ${step.worker} for ${step.forMs} ms`;
    case 'terminate':
      return `terminate ${step.share} of the database's backends`;
    case 'lock':
      return `lock ${step.table} in ${step.mode} mode for ${step.forMs} ms`;
    case 'clock':
      return `set the clock of ${step.process} ${step.days} days off for ${step.forMs} ms`;
    case 'away':
      return `no answer from the images' origin for ${step.forMs} ms`;
    case 'cut':
    case 'stall':
    case 'slow':
      return `${step.act} ${step.path} for ${step.forMs} ms`;
  }
}

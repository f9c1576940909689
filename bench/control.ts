import { textTable } from '../commands/cli/textTable.ts';
import { watchCounters } from '../books/watchCounters.ts';
import type { Bed } from './harness/bed.ts';
import { percentile, round } from './harness/figures.ts';
import { freshTables } from './harness/freshTables.ts';
import type { Measurement } from './harness/measurement.ts';

/** How soon a task under load obeys, and how soon it goes on when its worker is killed. */
export const control: Measurement = {
  about: 'cancel and pause of a running gc, and a killed worker',
  measure: async (bed, { faces, runs, times }, say) => {
    const cancels: number[] = [];
    const pauses: number[] = [];
    const restingPauses: number[] = [];
    for (let n = 1; n <= times; n++) {
      say(`control: ${n} of ${times}`);
      await ensureFaces(bed, faces, say);
      const taskId = await startGc(bed);
      pauses.push(await secondsUntil(bed, taskId, 'pause', 'paused'));
      await bed.tasks.act(taskId, 'resume');
      await isMoving(bed, taskId);
      cancels.push(await secondsUntil(bed, taskId, 'cancel', 'cancelled'));
      await checkNothingMoves(bed);
      restingPauses.push(await pauseAtRest(bed));
    }
    const recoveries = await killWorkers(bed, faces, runs, say);
    const row = (what: string, seconds: readonly number[]) => [
      what,
      ...[seconds.length, round(percentile(seconds, 0.5)), round(percentile(seconds, 0.95))],
      round(Math.max(...seconds)),
    ];
    const head = ['', 'times', 'p50 s', 'p95 s', 'most s'];
    const rows = [
      row('pause → paused', pauses),
      row('pause at one object a second → paused', restingPauses),
      row('cancel → cancelled', cancels),
      row('worker killed → work moves', recoveries),
    ];
    return {
      figures: { faces, head, rows },
      lines: [
        `a gc of ${faces} faces at full speed, four subtasks in flight; no row went after "cancelled" was read`,
        '',
        ...textTable(head, rows),
      ],
    };
  },
};

/** A gc at full speed, paused and cancelled, has removed some hundred thousand of them. */
async function ensureFaces(bed: Bed, faces: number, say: (text: string) => void): Promise<void> {
  const [row] = await bed.db.query<{ left: number }>('select count(*) as left from faces');
  if ((row?.left ?? 0) > faces / 2) return;
  say(`control: seeding ${faces} faces`);
  await freshTables(bed, faces);
}

async function startGc(bed: Bed): Promise<number> {
  const content = { target: 'faces', filters: { account_id: bed.accountId }, store_results: true };
  const taskId = await bed.tasks.postGc(content, 'bench');
  await isMoving(bed, taskId);
  return taskId;
}

/** Of a gc whose parts wait for their turn nearly all the time. */
async function pauseAtRest(bed: Bed): Promise<number> {
  const content = { target: 'faces', filters: { account_id: bed.accountId }, store_results: true };
  const taskId = await bed.tasks.postGc(content, 'bench', { objects_per_second: 1 });
  await isMoving(bed, taskId);
  const seconds = await secondsUntil(bed, taskId, 'pause', 'paused');
  await secondsUntil(bed, taskId, 'cancel', 'cancelled');
  return seconds;
}

async function isMoving({ tasks, signal }: Bed, taskId: number): Promise<void> {
  const before = (await tasks.find(taskId)).progress.objects_done;
  const task = await tasks.follow(taskId, {
    ...{ everyMs: 20, signal },
    until: ({ progress }) => progress.objects_done > before,
  });
  if (task.state === 'done') throw new Error('the gc was done before it could be stopped: use more --faces');
}

async function secondsUntil(
  { tasks, signal }: Bed,
  taskId: number,
  action: 'pause' | 'cancel',
  state: string,
): Promise<number> {
  const started = performance.now();
  await tasks.act(taskId, action);
  await tasks.follow(taskId, { everyMs: 10, signal, until: (task) => task.state === state });
  return (performance.now() - started) / 1_000;
}

/** The end of a task is final: what is counted after it has been read stays. */
async function checkNothingMoves({ db }: Bed): Promise<void> {
  const count = async () => (await db.query<{ count: number }>('select count(*) from faces'))[0]?.count;
  const before = await count();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const after = await count();
  if (before !== after) throw new Error(`${before} faces were left when it was cancelled, now ${after}`);
}

async function killWorkers(
  bed: Bed,
  faces: number,
  kills: number,
  say: (text: string) => void,
): Promise<number[]> {
  const seconds: number[] = [];
  const content = { target: 'faces', filters: { account_id: bed.accountId }, store_results: true };
  for (let n = 1; n <= kills; n++) {
    await ensureFaces(bed, faces, say);
    say(`control: killing the worker, ${n} of ${kills}`);
    const taskId = await bed.tasks.postGc(content, 'bench');
    await isMoving(bed, taskId);
    const watch = watchCounters(() => bed.running.databaseUrl);
    try {
      bed.running.kill('worker-1', 'SIGKILL');
      const struckAt = performance.now();
      await watch.nextChange();
      seconds.push((performance.now() - struckAt) / 1_000);
    } finally {
      await watch.stop();
    }
    await secondsUntil(bed, taskId, 'cancel', 'cancelled');
  }
  return seconds;
}

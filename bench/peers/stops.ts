import { createDatabase } from '../../db/sql/connection.ts';
import { waitFor } from '../../test/support/waitFor.ts';
import type { Child } from '../../commands/system/childProcess.ts';
import type { Bed } from '../harness/bed.ts';
import { round, type Say } from '../harness/figures.ts';
import { freshTables } from '../harness/freshTables.ts';
import { isOver, type Contender, type Work } from './contender.ts';
import { runScript } from './script.ts';
import { batchesOf, removalOf, untilOver, untilUnheard } from './works.ts';

export interface StopPlan {
  readonly faces: number;
  readonly runs: number;
  /** How long an interrupted work is waited for. */
  readonly waitSeconds: number;
}

export interface Stops {
  readonly name: string;
  /** From SIGKILL until the interrupted work goes on; null: not within the wait. */
  readonly goesOn: readonly (number | null)[];
  /** From the request until nothing of the work runs. */
  readonly cancelled: readonly number[];
}

const atOnce = 4;
const tries = 10;

/** A removal in four parts, all of them under way, whose worker is killed and started again at once, and one that is cancelled. */
export async function measureStops(
  bed: Bed,
  contenders: readonly Contender[],
  plan: StopPlan,
  say: Say,
): Promise<Stops[]> {
  const stops: Stops[] = [];
  for (const contender of contenders) {
    const cancelled: number[] = [];
    const goesOn: (number | null)[] = [];
    for (let n = 1; n <= plan.runs; n++) cancelled.push(await cancelOnce(bed, contender, plan.faces));
    say(`peers: ${contender.name} stopped within ${cancelled.join(', ')} s`);
    // Whoever does not come back in time is not waited for again.
    for (let n = 1; n <= plan.runs && !goesOn.includes(null); n++) {
      goesOn.push(await killOnce(bed, contender, plan));
      say(`peers: ${contender.name} killed: on after ${goesOn.at(-1) ?? 'more than the wait'} s`);
    }
    stops.push({ name: contender.name, goesOn, cancelled });
  }
  return stops;
}

/** Starts it, until a batch is committed and not all are. */
async function underWay(
  bed: Bed,
  contender: Contender,
  faces: number,
): Promise<{ worker: Child; work: Work }> {
  const partSize = Math.ceil(faces / atOnce);
  const worker = await contender.startWorker('gc', partSize);
  try {
    for (let attempt = 1; attempt <= tries; attempt++) {
      await freshTables(bed, faces);
      const work = await contender.start({ work: removalOf(bed.accountId), partSize });
      await waitFor('the first batch', () => batchesOf(bed, work), { everyMs: 5 });
      // What no worker has begun is not interrupted, and would go on at once.
      const { active } = await waitFor(
        'all parts to be under way',
        async () => {
          const look = await work.look();
          return look.waiting === 0 && look;
        },
        { everyMs: 5 },
      );
      if (active > 0) return { worker, work };
    }
    throw new Error(`${contender.name} was done before it could be stopped: use more --faces`);
  } catch (error) {
    await worker.stop();
    throw error;
  }
}

async function cancelOnce(bed: Bed, contender: Contender, faces: number): Promise<number> {
  const { worker, work } = await underWay(bed, contender, faces);
  try {
    const started = performance.now();
    await work.cancel();
    await waitFor('the end of a cancelled work', async () => (await work.look()).active === 0, {
      everyMs: 10,
    });
    return round((performance.now() - started) / 1_000, 3);
  } finally {
    await worker.stop();
  }
}

async function killOnce(bed: Bed, contender: Contender, plan: StopPlan): Promise<number | null> {
  const { worker, work } = await underWay(bed, contender, plan.faces);
  process.kill(worker.pid, 'SIGKILL');
  const struck = performance.now();
  await worker.exited;
  await untilUnheard(bed);
  const before = await batchesOf(bed, work);
  const next = await contender.startWorker('gc', Math.ceil(plan.faces / atOnce));
  try {
    const limitMs = plan.waitSeconds * 1_000;
    while ((await batchesOf(bed, work)) === before) {
      bed.signal.throwIfAborted();
      // All of it was committed, and only the queue had not heard of that.
      if (isOver(await work.look())) break;
      if (performance.now() - struck > limitMs) {
        await work.cancel();
        await work.release();
        await untilOver(work);
        return null;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const seconds = round((performance.now() - struck) / 1_000, 3);
    await untilOver(work);
    return seconds;
  } finally {
    await next.stop();
  }
}

/** The script, while it deletes. Answers seconds until it is rolled back. */
export async function cancelScript(bed: Bed, { faces, runs }: StopPlan): Promise<number[]> {
  const seconds: number[] = [];
  const db = createDatabase({ url: bed.running.databaseUrl, applicationName: 'script', maxConnections: 1 });
  try {
    while (seconds.length < runs) {
      await freshTables(bed, faces);
      let pid = 0;
      const running = runScript(db, bed.accountId, (backend) => (pid = backend)).then(
        () => false,
        () => true,
      );
      await waitFor(
        'the script to delete',
        async () => {
          const [row] = await bed.db.query<{ query: string }>(
            `select query from pg_stat_activity where pid = $1 and state = 'active'`,
            [pid],
          );
          return row?.query.startsWith('delete') === true;
        },
        { everyMs: 1 },
      );
      const started = performance.now();
      await bed.db.query('select pg_cancel_backend($1)', [pid]);
      if (await running) seconds.push(round((performance.now() - started) / 1_000, 3));
      else await bed.db.query('drop table removed');
    }
    return seconds;
  } finally {
    await db.close();
  }
}

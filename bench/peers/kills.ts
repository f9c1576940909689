import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { startChild, type Child } from '../../commands/system/childProcess.ts';
import { isAlive } from '../../platform/processes.ts';
import { waitFor } from '../../test/support/waitFor.ts';
import type { Bed } from '../harness/bed.ts';
import { round, type Say } from '../harness/figures.ts';
import { freshTables } from '../harness/freshTables.ts';
import { remoteNetwork, type Remote } from '../harness/remoteExtractor.ts';
import { isOver, type Contender, type Kind, type Work } from './contender.ts';
import { script } from './rates.ts';
import { runScript } from './script.ts';
import { batchesOf, extractionOf, forgetVersion, removalOf, untilUnheard } from './works.ts';

export interface KillPlan {
  readonly kills: number;
  readonly seed: number;
  readonly faces: number;
  readonly files: readonly string[];
  readonly partSizes: Readonly<Record<Kind, number>>;
  /** Milliseconds after the first batch that a worker has committed. */
  readonly within: Readonly<Record<Kind, number>>;
}

export interface Killed {
  readonly kind: Kind;
  readonly name: string;
  readonly kills: number;
  readonly objects: number;
  /** Objects left, or gone or made without a result that names them. */
  readonly lost: number;
  /** Samples whose network was asked twice; faces that were deleted, rolled back and deleted again. */
  readonly twice: number;
  /** Jobs that someone had to give back by hand. */
  readonly byHand: number;
  /** Jobs that the queue gave up. */
  readonly failed: number;
  /** The last kill, until all was done. */
  readonly tailSeconds: number;
}

const movesWithinMs = 30_000;
const mostEmptyRounds = 5;

/** Kills the worker at moments by the seed and starts it again at once, as often as it takes rounds of the same work. */
export async function killOften(
  bed: Bed,
  kind: Kind,
  contender: Contender,
  remote: Remote,
  plan: KillPlan,
  say: Say,
): Promise<Killed> {
  const random = xoroshiro128plus(plan.seed);
  const { version } = remoteNetwork;
  const sum = { kills: 0, objects: 0, lost: 0, twice: 0, byHand: 0, failed: 0, tailSeconds: 0 };
  let emptyRounds = 0;
  while (sum.kills < plan.kills) {
    if (kind === 'gc') await freshTables(bed, plan.faces);
    else await forgetVersion(bed, version);
    remote.forget();
    const deletedBefore = await facesDeleted(bed);
    const work = await contender.start({
      work: kind === 'gc' ? removalOf(bed.accountId) : extractionOf(bed, version),
      partSize: plan.partSizes[kind],
    });
    const round = await killRound(bed, contender, work, {
      ...{ kind, wanted: plan.kills - sum.kills, partSize: plan.partSizes[kind] },
      momentMs: () => uniformInt(random, 0, plan.within[kind]),
    });
    emptyRounds = round.kills === 0 ? emptyRounds + 1 : 0;
    if (emptyRounds === mostEmptyRounds)
      throw new Error(`${contender.name} was done before it was killed: use more objects`);
    const objects = kind === 'gc' ? plan.faces : plan.files.length;
    sum.kills += round.kills;
    sum.objects += objects;
    sum.lost += await lostOf(bed, kind, work, objects);
    sum.twice +=
      kind === 'gc'
        ? (await facesDeleted(bed)) - deletedBefore - objects
        : await askedTwice(remote, plan.files);
    sum.byHand += round.byHand;
    sum.failed += round.failed;
    sum.tailSeconds = Math.max(sum.tailSeconds, round.tailSeconds);
    say(`peers: ${kind}, ${contender.name}: ${sum.kills} kills: ${JSON.stringify(sum)}`);
  }
  return { kind, name: contender.name, ...sum };
}

interface RoundOptions {
  readonly kind: Kind;
  readonly wanted: number;
  readonly partSize: number;
  readonly momentMs: () => number;
}

async function killRound(bed: Bed, contender: Contender, work: Work, options: RoundOptions) {
  const { kind, wanted, partSize, momentMs } = options;
  let kills = 0;
  let worker = await contender.startWorker(kind, partSize);
  try {
    let seen = await batchesOf(bed, work);
    while (kills < wanted && (await moves(bed, contender, work, seen))) {
      await delay(momentMs(), undefined, { signal: bed.signal });
      if (isOver(await work.look())) break;
      process.kill(worker.pid, 'SIGKILL');
      kills += 1;
      await worker.exited;
      await untilUnheard(bed);
      seen = await batchesOf(bed, work);
      worker = await contender.startWorker(kind, partSize);
    }
    return { kills, ...(await untilDone(bed, contender, work)) };
  } finally {
    await worker.stop();
    // What it has counted is known to the server when its connections are closed.
    await untilUnheard(bed);
  }
}

/** False: it is over, or nothing is left but what killed workers had begun. */
async function moves(bed: Bed, { stillMs }: Contender, work: Work, seen: number): Promise<boolean> {
  const started = performance.now();
  while ((await batchesOf(bed, work)) === seen) {
    bed.signal.throwIfAborted();
    const look = await work.look();
    const stillFor = performance.now() - started;
    if (isOver(look) || stillFor > movesWithinMs || (look.waiting === 0 && stillFor > stillMs)) return false;
    await delay(20);
  }
  return true;
}

/** Waits for the end; where all stands still, jobs are given back by hand. */
async function untilDone(bed: Bed, { stillMs }: Contender, work: Work) {
  const started = performance.now();
  let byHand = 0;
  let failed = 0;
  let seen = -1;
  let movedAt = started;
  for (;;) {
    bed.signal.throwIfAborted();
    const look = await work.look();
    const batches = await batchesOf(bed, work);
    if (batches !== seen) movedAt = performance.now();
    seen = batches;
    if (isOver(look) && look.failed === 0) break;
    if (isOver(look) || (look.waiting === 0 && performance.now() - movedAt > stillMs)) {
      failed += look.failed;
      byHand += await work.release();
      movedAt = performance.now();
    }
    await delay(100);
  }
  return { byHand, failed, tailSeconds: round((performance.now() - started) / 1_000) };
}

async function lostOf({ db }: Bed, kind: Kind, { taskId }: Work, objects: number): Promise<number> {
  const undone =
    kind === 'gc'
      ? 'select count(*) from faces'
      : `select ${objects} - count(*) from face_descriptors where descriptor_version = ${remoteNetwork.version}`;
  const [row] = await db.query<{ undone: number; named: number; distinct: number }>(
    `select (${undone}) as undone, count(id) as named, count(distinct id) as distinct
     from task_result_chunks, unnest(ids) id where task_id = $1`,
    [taskId],
  );
  if (row === undefined) throw new Error('no counts');
  return row.undone + Math.abs(objects - row.undone - row.distinct) + (row.named - row.distinct);
}

/** Since the statistics began, also in transactions that were rolled back. */
async function facesDeleted({ db }: Pick<Bed, 'db'>): Promise<number> {
  const [row] = await db.query<{ deleted: number }>(
    `select n_tup_del as deleted from pg_stat_user_tables where relid = 'faces'::regclass`,
  );
  return row?.deleted ?? 0;
}

async function askedTwice({ asked }: Remote, files: readonly string[]): Promise<number> {
  const copies = new Map<string, number>();
  for (const file of files) {
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    copies.set(hash, (copies.get(hash) ?? 0) + 1);
  }
  return [...asked].reduce((sum, [hash, times]) => sum + Math.max(0, times - (copies.get(hash) ?? 0)), 0);
}

const scriptFile = fileURLToPath(new URL('scriptProcess.ts', import.meta.url));

/** The script's process, at moments of the time that the script takes. It starts over each time. */
export async function killScript(bed: Bed, plan: KillPlan, say: Say): Promise<Killed> {
  const random = xoroshiro128plus(plan.seed);
  const { dataDir } = bed.running.config;
  await freshTables(bed, plan.faces);
  const seconds = await runScript(bed.db, bed.accountId);
  await bed.db.query('drop table removed');
  await freshTables(bed, plan.faces);
  const deletedBefore = await facesDeleted(bed);
  const run = (): Promise<Child> =>
    startChild({
      ...{
        name: 'script',
        file: scriptFile,
        args: [bed.accountId],
        env: bed.running.env,
        signal: bed.signal,
      },
      pidFile: join(dataDir, 'processes', 'script.json'),
      logFile: join(dataDir, 'logs', 'script.log'),
    });
  let kills = 0;
  let committed = plan.faces;
  while (kills < plan.kills) {
    const child = await run();
    await delay(uniformInt(random, 0, Math.round(seconds * 1_000)), undefined, { signal: bed.signal });
    // It may have ended by itself.
    if (isAlive(child.pid)) process.kill(child.pid, 'SIGKILL');
    await child.exited;
    await untilUnheard(bed);
    if ((await facesLeft(bed)) > 0) kills += 1;
    else {
      // It was done before.
      await bed.db.query('drop table removed');
      await freshTables(bed, plan.faces);
      committed += plan.faces;
    }
  }
  const started = performance.now();
  await runScript(bed.db, bed.accountId);
  const tailSeconds = round((performance.now() - started) / 1_000);
  await waitFor(
    'the deletes to be counted',
    async () => (await facesDeleted(bed)) >= deletedBefore + committed,
  );
  const [named] = await bed.db.query<{ named: number }>('select count(*) as named from removed');
  await bed.db.query('drop table removed');
  const killed: Killed = {
    ...{ kind: 'gc', name: script, kills, objects: plan.faces, byHand: kills, failed: 0, tailSeconds },
    lost: (await facesLeft(bed)) + plan.faces - (named?.named ?? 0),
    twice: (await facesDeleted(bed)) - deletedBefore - committed,
  };
  say(`peers: ${JSON.stringify(killed)}`);
  return killed;
}

async function facesLeft({ db }: Bed): Promise<number> {
  const [row] = await db.query<{ left: number }>('select count(*) as left from faces');
  return row?.left ?? 0;
}

import { runBareModelLoop } from '../harness/extractFloor.ts';
import type { Bed } from '../harness/bed.ts';
import { round, type Say } from '../harness/figures.ts';
import { freshTables } from '../harness/freshTables.ts';
import { deleteBare, floorStatements } from '../harness/gcTask.ts';
import { watchMemory } from '../harness/memory.ts';
import type { Contender, Kind } from './contender.ts';
import { runScript } from './script.ts';
import { extractionOf, forgetVersion, removalOf, untilOver } from './works.ts';

export const script = 'DBA script';
export const floor = 'floor';

export interface Rate {
  readonly kind: Kind;
  readonly run: number;
  readonly name: string;
  readonly seconds: number;
  /** Largest resident memory of the worker's process; 0: it has none. */
  readonly workerMb: number;
  readonly extractorMb: number;
}

export interface RatePlan {
  readonly runs: number;
  readonly partSizes: Readonly<Record<Kind, number>>;
  readonly faces: number;
  readonly files: readonly string[];
  readonly version: number;
}

type Measured = Pick<Rate, 'seconds' | 'workerMb' | 'extractorMb'>;

const warmUpFaces = 64;
const alone = (seconds: number): Measured => ({ seconds: round(seconds, 3), workerMb: 0, extractorMb: 0 });

/** The same work by each in turn, whose order changes with every run. Only the worker that is measured runs. */
export async function measureRates(
  bed: Bed,
  kind: Kind,
  contenders: readonly Contender[],
  plan: RatePlan,
  say: Say,
): Promise<Rate[]> {
  const turns: [string, () => Promise<Measured>][] = [
    ...contenders.map((one): [string, () => Promise<Measured>] => [
      one.name,
      () => (kind === 'gc' ? removeWith(bed, one, plan) : extractWith(bed, one, plan)),
    ]),
    ...(kind === 'gc'
      ? [[script, () => removeByScript(bed, plan)] as [string, () => Promise<Measured>]]
      : []),
    [floor, () => (kind === 'gc' ? removeBare(bed, plan) : extractBare(bed, plan))],
  ];
  const rates: Rate[] = [];
  for (let run = 1; run <= plan.runs; run++) {
    const places = turns.map((_, at) => (at + run - 1) % turns.length);
    for (const place of run % 2 === 1 ? places : places.reverse()) {
      const [name, measure] = turns[place] ?? [floor, () => Promise.resolve(alone(0))];
      bed.signal.throwIfAborted();
      const measured = await measure();
      say(`peers: ${kind} ${run} of ${plan.runs}: ${name} ${round(measured.seconds)} s`);
      rates.push({ kind, run, name, ...measured });
    }
  }
  return rates;
}

async function removeWith(bed: Bed, contender: Contender, { faces, partSizes }: RatePlan): Promise<Measured> {
  const worker = await contender.startWorker('gc', partSizes.gc);
  try {
    const wish = { work: removalOf(bed.accountId), partSize: partSizes.gc };
    await freshTables(bed, Math.min(faces, 2_000));
    await untilOver(await contender.start(wish));
    await freshTables(bed, faces);
    const memory = watchMemory(() => ({ 'worker-1': worker.pid, api: null }));
    const started = performance.now();
    await untilOver(await contender.start(wish));
    const { seconds } = alone((performance.now() - started) / 1_000);
    const peak = memory.stop();
    await checkRemoved(bed);
    return { seconds, workerMb: peak.worker, extractorMb: peak.extractor };
  } finally {
    await worker.stop();
  }
}

async function removeByScript(bed: Bed, { faces }: RatePlan): Promise<Measured> {
  await freshTables(bed, faces);
  const seconds = await runScript(bed.db, bed.accountId);
  await bed.db.query('drop table removed');
  await checkRemoved(bed);
  return alone(seconds);
}

async function removeBare(bed: Bed, { faces }: RatePlan): Promise<Measured> {
  await freshTables(bed, faces);
  return alone(await deleteBare(bed.db, floorStatements(false)));
}

async function checkRemoved({ db }: Bed): Promise<void> {
  const [row] = await db.query<{ left: number }>(
    `select (select count(*) from faces) + (select count(*) from face_descriptors) as left`,
  );
  if (row?.left !== 0) throw new Error(`${row?.left} rows are left`);
}

async function extractWith(bed: Bed, contender: Contender, plan: RatePlan): Promise<Measured> {
  const { partSizes, files, version } = plan;
  const worker = await contender.startWorker('extract', partSizes.extract);
  try {
    const some = await bed.db.query<{ face_id: string }>(`select face_id from faces limit ${warmUpFaces}`);
    const ids = some.map(({ face_id }) => face_id);
    await forgetVersion(bed, version);
    // Each extractor loads its network.
    await untilOver(
      await contender.start({
        work: extractionOf(bed, version, ids),
        partSize: Math.ceil(ids.length / (2 * bed.extractProcesses)),
      }),
    );
    await forgetVersion(bed, version);
    const memory = watchMemory(() => ({ 'worker-1': worker.pid, api: null }));
    const started = performance.now();
    await untilOver(await contender.start({ work: extractionOf(bed, version), partSize: partSizes.extract }));
    const { seconds } = alone((performance.now() - started) / 1_000);
    const peak = memory.stop();
    const [made] = await bed.db.query<{ made: number }>(
      'select count(*) as made from face_descriptors where descriptor_version = $1',
      [version],
    );
    if (made?.made !== files.length)
      throw new Error(`${made?.made} of ${files.length} samples were extracted`);
    return { seconds, workerMb: peak.worker, extractorMb: peak.extractor };
  } finally {
    await worker.stop();
  }
}

async function extractBare({ extractProcesses }: Bed, { files, version }: RatePlan): Promise<Measured> {
  const loop = await runBareModelLoop({ files, version, kind: 'face', processes: extractProcesses });
  return alone(loop.seconds);
}

import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { runBareModelLoop } from './harness/extractFloor.ts';
import { runExtractTask } from './harness/extractTask.ts';
import { median, round, type Say } from './harness/figures.ts';
import { importSamples } from './harness/importSamples.ts';
import type { Measurement } from './harness/measurement.ts';
import { memoryCells, memoryHead, type Memory } from './harness/memory.ts';
import { readProcessorTime, type ProcessorTime } from './harness/processorTime.ts';

type Part = keyof ProcessorTime;

export interface ExtractRun {
  readonly work: string;
  readonly run: number;
  readonly oursSeconds: number;
  readonly floorSeconds: number;
  /** Of rates: 1 is as fast as the floor. */
  readonly ratio: number;
  readonly memory: Memory;
  /** Milliseconds of processor time for one sample. */
  readonly processorMs: Readonly<Record<Part | 'floor', number>>;
}

interface Work {
  readonly name: string;
  readonly version: number;
  readonly kind: 'face' | 'attributes';
}

const works: readonly Work[] = [
  { name: 'version 3 (mobileface)', version: 3, kind: 'face' },
  { name: 'version 2 (faceres)', version: 2, kind: 'face' },
  { name: 'version 1 (resnet128)', version: 1, kind: 'face' },
  { name: 'attributes of version 1', version: 1, kind: 'attributes' },
];

/** The version that every face is made to have, so that all of the others can be extracted. No network makes it. */
const presentVersion = 9;
const warmUpFaces = 64;
const parts: readonly Part[] = ['worker', 'extractors', 'database', 'temporal', 'api'];

export const extract: Measurement = {
  about: 'additional extracts by each of our networks',
  settings: { DEFAULT_DESCRIPTOR_VERSION: String(presentVersion), BASIC_ATTRIBUTES_VERSION: '1' },
  measure: async (bed, { samples: wanted, runs }, say) => {
    const files = await importSamples(bed, wanted, say);
    const done: ExtractRun[] = [];
    for (const work of works) done.push(...(await measureWork(bed, work, files, runs, say)));
    const figures = { samples: files.length, processes: bed.extractProcesses, runs: done };
    return { figures, lines: report(figures) };
  },
};

/**
 * Extracts the same samples by a task, from POST to done with its result stored, and by bare loops in as many
 * processes, in turns that change places with every run. The networks of both are loaded before.
 */
async function measureWork(
  bed: Bed,
  work: Work,
  files: readonly string[],
  runs: number,
  say: Say,
): Promise<ExtractRun[]> {
  const samples = files.length;
  say(`extract: loading ${work.name} in the worker`);
  await forget(bed, work);
  const faceIds = await someFaces(bed);
  await runExtractTask(bed, { ...work, faceIds, expected: faceIds.length });
  const done: ExtractRun[] = [];
  for (let run = 1; run <= runs; run++) {
    let ours = { seconds: 0, memory: { worker: 0, api: 0, extractor: 0 } as Memory };
    let spent: ProcessorTime | null = null;
    let floor = { seconds: 0, processorSeconds: 0 };
    const byTask = async () => {
      await forget(bed, work);
      const before = await readProcessorTime(bed.running.pids());
      ours = await runExtractTask(bed, { ...work, expected: samples });
      spent = minus(await readProcessorTime(bed.running.pids()), before);
    };
    const bare = async () => {
      floor = await runBareModelLoop({ ...work, files, processes: bed.extractProcesses });
    };
    for (const measure of run % 2 === 1 ? [byTask, bare] : [bare, byTask]) await measure();
    const perSample = (seconds = 0) => round((seconds * 1_000) / samples, 3);
    done.push({
      ...{ work: work.name, run, memory: ours.memory },
      ...{ oursSeconds: round(ours.seconds), floorSeconds: round(floor.seconds) },
      ratio: round(floor.seconds / ours.seconds),
      processorMs: {
        ...(Object.fromEntries(parts.map((part) => [part, perSample(spent?.[part])])) as Record<
          Part,
          number
        >),
        floor: perSample(floor.processorSeconds),
      },
    });
    say(
      `${work.name}, ${run} of ${runs}: the task ${round(ours.seconds)} s, bare loops ${round(floor.seconds)} s`,
    );
  }
  return done;
}

function minus(after: ProcessorTime, before: ProcessorTime): ProcessorTime {
  const since = (part: Part) => after[part] - before[part];
  return {
    ...{ worker: since('worker'), extractors: since('extractors'), database: since('database') },
    ...{ temporal: since('temporal'), api: since('api') },
  };
}

async function someFaces({ db }: Bed): Promise<string[]> {
  const rows = await db.query<{ face_id: string }>(`select face_id from faces limit ${warmUpFaces}`);
  return rows.map(({ face_id }) => face_id);
}

/** As if it had never been extracted. */
async function forget({ db }: Bed, { version, kind }: Work): Promise<void> {
  if (kind === 'attributes') await db.query('update attributes set basic_attributes = null');
  else await db.query('delete from face_descriptors where descriptor_version = $1', [version]);
  await db.query('vacuum (analyze)');
  await db.query('checkpoint');
}

function report({
  samples,
  processes,
  runs,
}: {
  readonly samples: number;
  readonly processes: number;
  readonly runs: readonly ExtractRun[];
}): string[] {
  const rate = (seconds: number) => Math.round(samples / seconds);
  const of = ({ name }: Work) => runs.filter(({ work }) => work === name);
  const medianOf = (some: readonly ExtractRun[], value: (run: ExtractRun) => number) =>
    median(some.map(value));
  return [
    `extracts of ${samples} samples, ${processes} extractor processes, from POST to done`,
    `floor: ${processes} processes that read, decode, scale and describe their share of the same files in batches, nothing else`,
    '',
    ...textTable(
      [
        'network',
        'run',
        'task s',
        'floor s',
        'task samples/s',
        'floor samples/s',
        'ratio of rates',
        ...memoryHead,
      ],
      runs.map((one) => [
        ...[one.work, one.run, one.oursSeconds, one.floorSeconds],
        ...[rate(one.oursSeconds), rate(one.floorSeconds), one.ratio, ...memoryCells(one.memory)],
      ]),
    ),
    '',
    'milliseconds of processor time for one sample, median of the runs',
    '',
    ...textTable(
      ['network', ...parts, 'all', 'floor', 'ratio of rates'],
      works.map((work) => {
        const some = of(work);
        const each = parts.map((part) => medianOf(some, ({ processorMs }) => processorMs[part]));
        const all = each.reduce((sum, one) => sum + one, 0);
        return [
          ...[work.name, ...each, round(all, 3), medianOf(some, ({ processorMs }) => processorMs.floor)],
          round(medianOf(some, (run) => run.floorSeconds) / medianOf(some, (run) => run.oursSeconds)),
        ];
      }),
    ),
  ];
}

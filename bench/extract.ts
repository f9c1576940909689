import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { copySamplePhotos, peopleInSamplePhotos as people } from '../commands/import/copySamplePhotos.ts';
import { runImport } from '../commands/import/runImport.ts';
import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { runBareModelLoop } from './harness/extractFloor.ts';
import { median, round, type Say, secondsToEnd } from './harness/figures.ts';
import type { Measurement } from './harness/measurement.ts';
import { memoryCells, memoryHead, watchMemory, type Memory } from './harness/memory.ts';

export interface ExtractRun {
  readonly run: number;
  readonly oursSeconds: number;
  readonly floorSeconds: number;
  /** Of rates: 1 is as fast as the floor. */
  readonly ratio: number;
  readonly memory: Memory;
}

export interface ExtractFigures {
  readonly samples: number;
  readonly processes: number;
  readonly version: number;
  readonly runs: readonly ExtractRun[];
  readonly ratio: number;
}

const version = 3;
const warmUpFaces = 64;

export const extract: Measurement = {
  about: 'additional extract to version 3',
  measure: async (bed, { samples, runs }, say) => {
    const figures = await measureExtract(bed, samples, runs, say);
    return { figures, lines: extractReport(figures) };
  },
};

/**
 * Extracts the same samples by a task, from POST to done with its result stored, and by bare loops in as many
 * processes, in turns that change places with every run. The networks of both are loaded before.
 */
async function measureExtract(bed: Bed, wanted: number, runs: number, say: Say): Promise<ExtractFigures> {
  const files = await importSamples(bed, wanted, say);
  const samples = files.length;
  const processes = bed.extractProcesses;
  say('extract: loading the networks of the worker');
  await extractByTask(bed, await someFaces(bed));
  const done: ExtractRun[] = [];
  for (let run = 1; run <= runs; run++) {
    let oursSeconds = 0;
    let floorSeconds = 0;
    let memory: Memory = { worker: 0, api: 0, extractor: 0 };
    const ours = async () => {
      await forget(bed);
      ({ seconds: oursSeconds, memory } = await extractByTask(bed, null, samples));
    };
    const floor = async () =>
      void ({ seconds: floorSeconds } = await runBareModelLoop({ files, processes, version, kind: 'face' }));
    for (const measure of run % 2 === 1 ? [ours, floor] : [floor, ours]) await measure();
    const ratio = round(floorSeconds / oursSeconds);
    done.push({ run, oursSeconds: round(oursSeconds), floorSeconds: round(floorSeconds), ratio, memory });
    say(`extract ${run} of ${runs}: the task ${round(oursSeconds)} s, bare loops ${round(floorSeconds)} s`);
  }
  const ratio = round(
    median(done.map((one) => one.floorSeconds)) / median(done.map((one) => one.oursSeconds)),
  );
  return { samples, processes, version, runs: done, ratio };
}

/** At least so many samples of real faces, jittered; answers their files. */
export async function importSamples({ running, signal }: Bed, wanted: number, say: Say): Promise<string[]> {
  const copies = Math.max(0, Math.ceil(wanted / people) - 1);
  say(`extract: importing the sample photos with ${copies} copies of each face`);
  const { env, config } = running;
  const photos = join(config.dataDir, 'photos');
  await copySamplePhotos(photos);
  const args = [photos, '--account', config.adminLogin, '--copies', String(copies)];
  await runImport({ args, env, onLine: say, signal });
  const store = config.imageStore.replace(/^folder:/, '');
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  // The mark of the folder is no sample.
  const samples = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return samples.map((entry) => join(entry.parentPath, entry.name));
}

async function someFaces({ db }: Bed): Promise<string[]> {
  const rows = await db.query<{ face_id: string }>(`select face_id from faces limit ${warmUpFaces}`);
  return rows.map(({ face_id }) => face_id);
}

/** As if version 3 had never been extracted. */
async function forget({ db }: Bed): Promise<void> {
  await db.query('delete from face_descriptors where descriptor_version = $1', [version]);
  await db.query('vacuum (analyze)');
  await db.query('checkpoint');
}

async function extractByTask(
  { tasks, running, signal }: Bed,
  faceIds: readonly string[] | null,
  expected = faceIds?.length ?? 0,
): Promise<{ seconds: number; memory: Memory }> {
  const memory = watchMemory(running.pids);
  const content = {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: version },
    filters: { objects_type: 'faces', ...(faceIds === null ? {} : { face_ids: faceIds }) },
    store_results: true,
  };
  const started = Date.now();
  const taskId = await tasks.postExtract(content, 'bench');
  const task = await tasks.follow(taskId, { everyMs: 250, signal });
  if (task.state !== 'done' || task.progress.objects_done !== expected) {
    throw new Error(`the measured extract went wrong: ${JSON.stringify(task)}`);
  }
  return { seconds: secondsToEnd(task, started), memory: memory.stop() };
}

function extractReport({ samples, processes, version, runs, ratio }: ExtractFigures): string[] {
  return [
    `extract of ${samples} samples to version ${version}, ${processes} extractor processes, from POST to done`,
    `floor: ${processes} processes that read, decode and describe their share of the same files, nothing else`,
    '',
    ...textTable(
      ['run', 'task s', 'floor s', 'task samples/s', 'floor samples/s', 'ratio of rates', ...memoryHead],
      runs.map((one) => [
        ...[one.run, one.oursSeconds, one.floorSeconds],
        ...[Math.round(samples / one.oursSeconds), Math.round(samples / one.floorSeconds), one.ratio],
        ...memoryCells(one.memory),
      ]),
    ),
    '',
    `ratio of the median rates: ${ratio}`,
  ];
}

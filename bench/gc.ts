import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { median, round, type Say } from './harness/figures.ts';
import { freshTables } from './harness/freshTables.ts';
import { deleteBare, floorStatements, runGcTask, type GcTaskRun } from './harness/gcTask.ts';
import type { Measurement } from './harness/measurement.ts';
import { memoryCells, memoryHead, type Memory } from './harness/memory.ts';

export interface GcRun {
  readonly removeSamples: boolean;
  readonly run: number;
  readonly oursSeconds: number;
  readonly floorSeconds: number;
  /** Of rates: above 1 we are faster than the floor. */
  readonly ratio: number;
  readonly memory: Memory;
}

export interface GcFigures {
  readonly faces: number;
  readonly floor: readonly string[];
  readonly runs: readonly GcRun[];
  readonly ratio: number;
  readonly ratioWithSamples: number;
}

export const gc: Measurement = {
  about: 'gc of seeded faces with their children',
  measure: async (bed, { faces, runs }, say) => {
    const figures = await measureGc(bed, faces, runs, say);
    return { figures, lines: gcReport(figures) };
  },
};

const mostWarmUpFaces = 50_000;

/**
 * Removes the same seeded faces by a task, from POST to done with its result stored, and by bare statements, in
 * turns that change places with every run, and once more with the samples.
 */
async function measureGc(bed: Bed, faces: number, runs: number, say: Say): Promise<GcFigures> {
  say('a small gc first: nobody who measures a service means the first task of its life');
  const warmUpFaces = Math.min(faces, mostWarmUpFaces);
  await freshTables(bed, warmUpFaces);
  await removeByTask(bed, warmUpFaces, true);
  const done: GcRun[] = [];
  for (let run = 1; run <= runs + 1; run++) {
    const removeSamples = run > runs;
    let oursSeconds = 0;
    let floorSeconds = 0;
    let memory: Memory = { worker: 0, api: 0, extractor: 0 };
    const ours = async () =>
      void ({ seconds: oursSeconds, memory } = await removeByTask(bed, faces, removeSamples));
    const floor = async () => void (floorSeconds = await deleteBare(bed.db, floorStatements(removeSamples)));
    const turns = [
      ['the task', ours],
      ['bare statements', floor],
    ] as const;
    for (const [name, measure] of run % 2 === 1 ? turns : turns.toReversed()) {
      say(
        `gc ${run} of ${runs + 1}: seeding ${faces} faces for ${name}${removeSamples ? ', samples too' : ''}`,
      );
      await freshTables(bed, faces);
      await measure();
      await checkEmpty(bed, removeSamples ? 0 : faces);
    }
    const ratio = round(floorSeconds / oursSeconds);
    done.push({
      removeSamples,
      run,
      oursSeconds: round(oursSeconds),
      floorSeconds: round(floorSeconds),
      ratio,
      memory,
    });
    say(
      `gc ${run} of ${runs + 1}: the task ${round(oursSeconds)} s, bare statements ${round(floorSeconds)} s`,
    );
  }
  const ratioOf = (some: readonly GcRun[]) =>
    round(median(some.map((one) => one.floorSeconds)) / median(some.map((one) => one.oursSeconds)));
  return {
    ...{ faces, floor: floorStatements(true), runs: done },
    ratio: ratioOf(done.filter(({ removeSamples }) => !removeSamples)),
    ratioWithSamples: ratioOf(done.filter(({ removeSamples }) => removeSamples)),
  };
}

async function removeByTask(bed: Bed, faces: number, removeSamples: boolean): Promise<GcTaskRun> {
  const content = {
    ...{ target: 'faces', filters: { account_id: bed.accountId }, store_results: true },
    remove_samples: removeSamples,
  };
  return runGcTask(bed, content, faces);
}

async function checkEmpty({ db }: Bed, samples: number): Promise<void> {
  const [left] = await db.query<{ left: number; samples: number }>(
    `select (select count(*) from faces) + (select count(*) from attributes) + (select count(*) from list_faces)
       + (select count(*) from face_descriptors) as left, (select count(*) from samples) as samples`,
  );
  if (left?.left !== 0 || left.samples !== samples) throw new Error(`rows are left: ${JSON.stringify(left)}`);
}

function gcReport({ faces, floor, runs, ratio, ratioWithSamples }: GcFigures): string[] {
  return [
    `gc of ${faces} faces with their children, result stored, from POST to done, 4 subtasks in flight`,
    `floor: one transaction on one connection: ${floor.join('; ')} (samples only where removed)`,
    '',
    ...textTable(
      [
        'run',
        'samples',
        'task s',
        'floor s',
        'task faces/s',
        'floor faces/s',
        'ratio of rates',
        ...memoryHead,
      ],
      runs.map((one) => [
        ...[one.run, one.removeSamples ? 'removed' : 'kept', one.oursSeconds, one.floorSeconds],
        ...[Math.round(faces / one.oursSeconds), Math.round(faces / one.floorSeconds), one.ratio],
        ...memoryCells(one.memory),
      ]),
    ),
    '',
    `ratio of the median rates: ${ratio} (samples kept), ${ratioWithSamples} (samples removed)`,
  ];
}

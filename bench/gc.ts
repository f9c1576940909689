import { seedVolume } from '../db/seedVolume.ts';
import type { Bed } from './bed.ts';
import { median, round } from './figures.ts';
import { deleteBare, floorStatements } from './gcFloor.ts';
import { watchMemory, type Memory } from './memory.ts';
import type { Say } from './say.ts';

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

/**
 * Removes the same seeded faces by a task, from POST to done with its result stored, and by bare statements, in
 * turns that change places with every run, and once more with the samples.
 */
export async function measureGc(bed: Bed, faces: number, runs: number, say: Say): Promise<GcFigures> {
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
      await prepare(bed, faces);
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

/** Tables as fresh for one as for the other: new files, rows seeded, vacuumed, analyzed, written to the disk. */
async function prepare({ db, accountId }: Bed, faces: number): Promise<void> {
  await db.query(`truncate faces, attributes, samples, list_faces, face_descriptors, image_origins,
    sample_tombstones, lists, tasks cascade`);
  const versions = [{ version: 1, dimension: 128 }];
  await seedVolume(db, { accountId, faces, events: 0, versions, seed: 1 });
  await db.query('vacuum (analyze)');
  await db.query('checkpoint');
}

async function removeByTask(
  { tasks, running, accountId, signal }: Bed,
  faces: number,
  removeSamples: boolean,
): Promise<{ seconds: number; memory: Memory }> {
  const memory = watchMemory(running.pids);
  const content = {
    ...{ target: 'faces', filters: { account_id: accountId }, store_results: true },
    remove_samples: removeSamples,
  };
  const started = performance.now();
  const taskId = await tasks.postGc(content, 'bench');
  const task = await tasks.follow(taskId, { everyMs: 50, signal });
  const seconds = (performance.now() - started) / 1_000;
  if (task.state !== 'done' || task.progress.objects_done !== faces) {
    throw new Error(`the measured gc went wrong: ${JSON.stringify(task)}`);
  }
  return { seconds, memory: memory.stop() };
}

async function checkEmpty({ db }: Bed, samples: number): Promise<void> {
  const [left] = await db.query<{ left: number; samples: number }>(
    `select (select count(*) from faces) + (select count(*) from attributes) + (select count(*) from list_faces)
       + (select count(*) from face_descriptors) as left, (select count(*) from samples) as samples`,
  );
  if (left?.left !== 0 || left.samples !== samples) throw new Error(`rows are left: ${JSON.stringify(left)}`);
}

import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { median, round, secondsToEnd, type Say } from './harness/figures.ts';
import { freshTables } from './harness/freshTables.ts';
import { runGcTask } from './harness/gcTask.ts';
import type { Measurement } from './harness/measurement.ts';

interface UndoRun {
  readonly run: number;
  readonly objects: string;
  readonly withoutSeconds: number;
  readonly withSeconds: number;
  readonly undoSeconds: number;
  /** Of the rates of the gc with and without a window. */
  readonly ratio: number;
}

const contents = (accountId: string) => ({
  face_descriptors: { target: 'face_descriptors', filters: { descriptor_version: 1 }, store_results: true },
  faces: { target: 'faces', filters: { account_id: accountId }, remove_samples: true, store_results: true },
});

/** A gc without and with an undo window, in turns, and the undo of the latter: the tables must be what they were. */
export const undo: Measurement = {
  about: 'gc with an undo window beside one without, and its undo to the last row',
  measure: async (bed, { faces, runs }, say) => {
    const done: UndoRun[] = [];
    for (const [objects, content] of Object.entries(contents(bed.accountId))) {
      for (let run = 1; run <= runs; run++) {
        const measured = { run, objects, ...(await measureOne(bed, content, faces, run, say)) };
        // A million of them take minutes.
        say(`${objects}, run ${run}: ${JSON.stringify(measured)}`);
        done.push(measured);
      }
    }
    const ratioOf = (wanted: string) => {
      const some = done.filter(({ objects }) => objects === wanted);
      return round(
        median(some.map((one) => one.withoutSeconds)) / median(some.map((one) => one.withSeconds)),
      );
    };
    return {
      figures: { faces, runs: done },
      lines: [
        `gc of ${faces} objects, result stored, from POST to done; after each undo all tables hash as before`,
        '',
        ...textTable(
          ['objects', 'run', 'without s', 'with window s', 'undo s', 'ratio of rates'],
          done.map((one) => [
            ...[one.objects, one.run, one.withoutSeconds, one.withSeconds, one.undoSeconds, one.ratio],
          ]),
        ),
        '',
        `ratio of the median rates: ${ratioOf('face_descriptors')} (descriptors), ${ratioOf('faces')} (faces) (to reach: 0.6)`,
      ],
    };
  },
};

async function measureOne(bed: Bed, content: object, faces: number, run: number, say: Say) {
  const without = async () => {
    await freshTables(bed, faces);
    return (await runGcTask(bed, content, faces)).seconds;
  };
  const kept = async () => {
    await freshTables(bed, faces);
    const before = await hashTables(bed);
    const gc = await runGcTask(bed, content, faces, { undo_window: '1d' });
    const started = Date.now();
    const { task_id: undoTask } = await bed.tasks.undo(gc.taskId);
    const task = await bed.tasks.follow(undoTask, { everyMs: 250, limitMs: 7_200_000, signal: bed.signal });
    const after = await hashTables(bed);
    if (task.progress.objects_done !== faces || after !== before)
      throw new Error(`the undo went wrong: ${before} → ${after}, ${JSON.stringify(task)}`);
    return { withSeconds: gc.seconds, undoSeconds: secondsToEnd(task, started) };
  };
  say(`undo ${run}: ${faces} objects each way`);
  const first = run % 2 === 1 ? await without() : null;
  const { withSeconds, undoSeconds } = await kept();
  const withoutSeconds = first ?? (await without());
  return {
    withoutSeconds: round(withoutSeconds),
    withSeconds: round(withSeconds),
    undoSeconds: round(undoSeconds),
    ratio: round(withoutSeconds / withSeconds),
  };
}

const tables = ['faces', 'attributes', 'list_faces', 'face_descriptors', 'samples', 'image_origins'];

/** All rows of all tables, whatever their order. */
async function hashTables({ db }: Bed): Promise<string> {
  const hashes = tables.map(
    (table) =>
      `(select count(*) || '/' || coalesce(sum(hashtextextended(x::text, 0)::numeric), 0) from ${table} x)`,
  );
  const [row] = await db.query<{ hash: string }>(`select concat_ws(' ', ${hashes.join(', ')}) as hash`);
  return row?.hash ?? '';
}

import type { Bed } from './harness/bed.ts';
import { median, round } from './harness/figures.ts';
import { freshTables } from './harness/freshTables.ts';
import { runGcTask } from './harness/gcTask.ts';
import type { Measurement } from './harness/measurement.ts';
import { textTable } from '../commands/cli/textTable.ts';

const [ofTask, ofFloor] = [2, 3];
const floor = [
  `alter table face_descriptors detach partition face_descriptors_v${ofFloor}`,
  `drop table face_descriptors_v${ofFloor}`,
];

/** A gc of all descriptors of a version without results, from POST to done, beside a bare drop of the partition. */
export const dropVersion: Measurement = {
  about: 'gc of a whole descriptor version',
  measure: async (bed, { faces, runs }, say) => {
    const done: { run: number; taskSeconds: number; floorSeconds: number }[] = [];
    for (let run = 1; run <= runs; run++) {
      say(`version ${run} of ${runs}: seeding ${faces} faces with two versions`);
      await freshTables(bed, faces, { versions: [ofTask, ofFloor] });
      const content = {
        ...{ target: 'face_descriptors', filters: { descriptor_version: ofTask }, store_results: false },
      };
      const task = await runGcTask(bed, content, faces);
      done.push({ run, taskSeconds: round(task.seconds), floorSeconds: round(await dropBare(bed), 3) });
    }
    const seconds = median(done.map(({ taskSeconds }) => taskSeconds));
    return {
      figures: { faces, floor, runs: done, medianSeconds: seconds },
      lines: [
        `gc of every descriptor of a version, ${faces} rows, results not stored, from POST to done`,
        `floor: ${floor.join('; ')}`,
        '',
        ...textTable(
          ['run', 'task s', 'floor s'],
          done.map(({ run, taskSeconds, floorSeconds }) => [run, taskSeconds, floorSeconds]),
        ),
        '',
        `median: ${seconds} s (to reach: 2 s)`,
      ],
    };
  },
};

async function dropBare({ db }: Bed): Promise<number> {
  const started = performance.now();
  await db.transaction(async (tx) => {
    for (const statement of floor) await tx.query(statement);
  });
  return (performance.now() - started) / 1_000;
}

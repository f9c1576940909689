import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { round } from './harness/figures.ts';
import { freshTables } from './harness/freshTables.ts';
import { runGcTask } from './harness/gcTask.ts';
import { longestHistory } from './harness/histories.ts';
import type { Measurement } from './harness/measurement.ts';

const partsAtMost = 20_000;
const floor = 'insert into bench_commits values ($1)';

/** What a part costs by itself: a gc whose every part is one descriptor, beside as many commits of one row. */
export const fanOut: Measurement = {
  about: 'subtasks of one object each',
  settings: { PART_SIZE_GC: '1' },
  measure: async (bed, { faces }, say) => {
    const parts = Math.min(faces, partsAtMost);
    say(`fan-out: ${parts} subtasks of one object`);
    await freshTables(bed, parts);
    const content = {
      ...{ target: 'face_descriptors', filters: { descriptor_version: 1 }, store_results: true },
    };
    const { taskId, seconds } = await runGcTask(bed, content, parts);
    const floorSeconds = await commitRows(bed, parts);
    const each = (total: number) => round((total * 1_000) / parts, 2);
    return {
      figures: {
        parts,
        seconds,
        floor,
        floorSeconds,
        msPerPart: each(seconds),
        msPerCommit: each(floorSeconds),
      },
      lines: [
        `gc of ${parts} descriptors in subtasks of one, 4 in flight; floor: ${floor}, each its own commit`,
        '',
        ...textTable(
          ['', 'seconds', 'ms each'],
          [
            ['subtasks', round(seconds), each(seconds)],
            ['commits', round(floorSeconds), each(floorSeconds)],
          ],
        ),
        '',
        `events of the longest history: ${await longestHistory(bed, taskId)} (to stay below: 4096)`,
      ],
    };
  },
};

async function commitRows({ db }: Bed, rows: number): Promise<number> {
  await db.query('create table bench_commits (n integer primary key)');
  const started = performance.now();
  for (let n = 0; n < rows; n++) await db.query(floor, [n]);
  const seconds = (performance.now() - started) / 1_000;
  await db.query('drop table bench_commits');
  return seconds;
}

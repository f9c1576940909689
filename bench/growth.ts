import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { round } from './harness/figures.ts';
import { freshTables } from './harness/freshTables.ts';
import { runGcTask } from './harness/gcTask.ts';
import { longestHistory } from './harness/histories.ts';
import type { Measurement } from './harness/measurement.ts';

/** The same gc over ten times as many faces, again and again, up to `--faces`. */
export const growth: Measurement = {
  about: 'a gc of 10,000 faces, ten times as many, and so on up to --faces',
  measure: async (bed, { faces: most }, say) => {
    const rows: (readonly (string | number)[])[] = [];
    for (let faces = Math.min(10_000, most); faces <= most; faces *= 10) {
      say(`growth: seeding ${faces} faces`);
      rows.push(await measureSize(bed, faces));
    }
    const head = ['faces', 'seconds', 'µs per face', 'worker MB', 'API MB', 'events of the longest history'];
    return {
      figures: { head, rows },
      lines: ['gc of faces with their children, from POST to done', '', ...textTable(head, rows)],
    };
  },
};

async function measureSize(bed: Bed, faces: number): Promise<(string | number)[]> {
  await freshTables(bed, faces);
  const content = { target: 'faces', filters: { account_id: bed.accountId }, store_results: true };
  const { taskId, seconds, memory } = await runGcTask(bed, content, faces);
  return [
    ...[faces, round(seconds), round((seconds * 1e6) / faces, 1), memory.worker, memory.api],
    await longestHistory(bed, taskId),
  ];
}

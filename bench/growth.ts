import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { round } from './harness/figures.ts';
import { freshTables } from './harness/freshTables.ts';
import { runGcTask } from './harness/gcTask.ts';
import { longestHistory } from './harness/histories.ts';
import type { Measurement } from './harness/measurement.ts';
import { readProcessorTime } from './harness/processorTime.ts';

/** The same gc over ten times as many faces, again and again, and at last over `--faces`. */
export const growth: Measurement = {
  about: 'a gc of 10,000 faces, ten times as many, and so on, at last of --faces',
  measure: async (bed, { faces: most }, say) => {
    const rows: (readonly (string | number)[])[] = [];
    for (const faces of sizesUpTo(most)) {
      say(`growth: seeding ${faces} faces`);
      const row = await measureSize(bed, faces);
      say(`growth: ${row.join(' ')}`);
      rows.push(row);
    }
    const head = [
      ...['faces', 'seconds', 'µs per face', 'µs of processors per face'],
      ...['worker MB', 'API MB', 'events of the longest history'],
    ];
    return {
      figures: { head, rows },
      lines: ['gc of faces with their children, from POST to done', '', ...textTable(head, rows)],
    };
  },
};

function sizesUpTo(most: number): number[] {
  const sizes: number[] = [];
  for (let faces = 10_000; faces < most; faces *= 10) sizes.push(faces);
  return [...sizes, most];
}

async function measureSize(bed: Bed, faces: number): Promise<(string | number)[]> {
  await freshTables(bed, faces);
  const content = { target: 'faces', filters: { account_id: bed.accountId }, store_results: true };
  const before = await processorSeconds(bed);
  const { taskId, seconds, memory } = await runGcTask(bed, content, faces);
  const spent = (await processorSeconds(bed)) - before;
  const perFace = (of: number) => round((of * 1e6) / faces, 1);
  return [
    ...[faces, round(seconds), perFace(seconds), perFace(spent), memory.worker, memory.api],
    await longestHistory(bed, taskId),
  ];
}

/** Of all processes, with the servers' own; what else a machine does changes it less than it does the time. */
async function processorSeconds({ running }: Bed): Promise<number> {
  const { worker, extractors, database, temporal, api } = await readProcessorTime(running.pids());
  return worker + extractors + database + temporal + api;
}

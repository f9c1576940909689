import { textTable } from '../commands/cli/textTable.ts';
import type { Child } from '../commands/system/childProcess.ts';
import { addWorker } from './harness/addWorker.ts';
import type { Bed } from './harness/bed.ts';
import { runExtractTask } from './harness/extractTask.ts';
import { median, round } from './harness/figures.ts';
import { importSamples } from './harness/importSamples.ts';
import type { Measurement } from './harness/measurement.ts';

const version = 2;
const presentVersion = 9;

/** Whether more extractor processes do more, until they are as many as the cores. */
export const extractors: Measurement = {
  about: 'additional extract by 1, 2 and 4 extractor processes of two workers',
  settings: {
    ...{ EXTRACT_PROCESSES: '1', DEFAULT_DESCRIPTOR_VERSION: String(presentVersion) },
    // Else the first worker would take all of so small a task.
    PART_SIZE_EXTRACT: '20',
  },
  measure: async (bed, { samples: wanted, runs }, say) => {
    const samples = (await importSamples(bed, wanted, say)).length;
    const rows: number[][] = [];
    let second: Child | null = null;
    try {
      // The bed's worker has one; the second has the others.
      // Few samples tell the same of two processes as of four.
      for (const others of samples < 100 ? [0, 1] : [0, 1, 3]) {
        await second?.stop();
        second = others === 0 ? null : await addWorker(bed, 2, { EXTRACT_PROCESSES: String(others) });
        const seconds: number[] = [];
        for (let run = 0; run <= runs; run++) seconds.push(await extract(bed, samples));
        // The first run loaded the network.
        const typical = median(seconds.slice(1));
        say(`extractors: ${others + 1} processes: ${round(typical)} s`);
        rows.push([others + 1, others === 0 ? 1 : 2, round(typical), Math.round(samples / typical)]);
      }
    } finally {
      await second?.stop();
    }
    const head = ['extractor processes', 'workers', 'seconds', 'samples/s'];
    return {
      figures: { samples, version, head, rows },
      lines: [`extract of ${samples} samples to version ${version}`, '', ...textTable(head, rows)],
    };
  },
};

async function extract(bed: Bed, samples: number): Promise<number> {
  await bed.db.query('delete from face_descriptors where descriptor_version = $1', [version]);
  return (await runExtractTask(bed, { version, kind: 'face', expected: samples })).seconds;
}

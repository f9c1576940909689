import { textTable } from '../commands/cli/textTable.ts';
import type { Child } from '../commands/system/childProcess.ts';
import { addWorker } from './harness/addWorker.ts';
import type { Bed } from './harness/bed.ts';
import { importSamples } from './harness/importSamples.ts';
import { runExtractTask } from './harness/extractTask.ts';
import { median, round } from './harness/figures.ts';
import type { Measurement } from './harness/measurement.ts';
import { remoteNetwork, startRemote } from './harness/remoteExtractor.ts';

const { version } = remoteNetwork;
const latencyMs = 500;
// As each worker has it with one process of its own; before, this was a task's window, however many workers there were.
const slots = 3;

/** Whether more workers do more of one extract: its network is a remote one that takes its time and no processor. */
export const scale: Measurement = {
  about: 'additional extract by 1, 2 and 4 workers, with a remote extractor of a fixed latency',
  settings: {
    ...{ EXTRACT_PROCESSES: '1', PART_SIZE_EXTRACT: '10', REMOTE_EXTRACTOR_CONCURRENCY: '8' },
    REMOTE_EXTRACTORS: remoteNetwork.setting,
  },
  measure: async (bed, { samples: wanted }, say) => {
    const remote = await startRemote(latencyMs);
    const added: Child[] = [];
    try {
      const samples = (await importSamples(bed, wanted, say)).length;
      const rows: (string | number)[][] = [];
      // Few samples are done before four workers are there.
      for (const workers of samples < 100 ? [1, 2] : [1, 2, 4]) {
        while (added.length < workers - 1) added.push(await addWorker(bed, added.length + 2));
        for (const window of [slots, undefined]) {
          await bed.db.query('delete from face_descriptors where descriptor_version = $1', [version]);
          const { seconds, inFlight } = await run(bed, samples, window);
          say(`scale: ${workers} workers, window ${window ?? 'of the workers'}: ${round(seconds)} s`);
          rows.push([workers, window ?? 'follows', inFlight, round(seconds), Math.round(samples / seconds)]);
        }
      }
      const head = ['workers', 'window', 'subtasks in flight', 'seconds', 'samples/s'];
      return {
        figures: { samples, latencyMs, head, rows },
        lines: [
          `extract of ${samples} samples in subtasks of 10; each worker gives 8 at a time to a network that takes ${latencyMs} ms`,
          `window ${slots}: EXTRACT_PROCESSES + 2, as it was for any number of workers`,
          '',
          ...textTable(head, rows),
        ],
      };
    } finally {
      await Promise.all(added.map((child) => child.stop()));
      remote.close();
    }
  },
};

/** From POST to done; `inFlight`: the median of what was seen twice a second. */
async function run(
  bed: Bed,
  samples: number,
  window: number | undefined,
): Promise<{ seconds: number; inFlight: number }> {
  const seen: number[] = [];
  let looking: NodeJS.Timeout | undefined;
  const look = (taskId: number): void => {
    void bed.db
      .query<{ parts: number }>(
        `select count(*) parts from subtasks where task_id = $1 and state = 'running'`,
        [taskId],
      )
      .then(([row]) => seen.push(row?.parts ?? 0));
  };
  try {
    const { seconds } = await runExtractTask(bed, {
      ...{ version, kind: 'face', expected: samples },
      ...(window === undefined ? {} : { window }),
      onPosted: (taskId) => (looking = setInterval(look, 500, taskId)),
    });
    return { seconds, inFlight: median(seen) };
  } finally {
    clearInterval(looking);
  }
}

import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { runExtractTask } from './harness/extractTask.ts';
import { round } from './harness/figures.ts';
import { freshTables } from './harness/freshTables.ts';
import { runGcTask } from './harness/gcTask.ts';
import { importSamples } from './harness/importSamples.ts';
import type { Measurement } from './harness/measurement.ts';

/** What a task keeps after its end. */
const tables = ['task_result_chunks', 'subtasks', 'task_log', 'task_samples', 'planned_keys', 'task_errors'];
const foreseen = 100_000_000;
const presentVersion = 9;

interface Kept {
  readonly task: string;
  readonly objects: number;
  readonly bytes: number;
  readonly ofResult: number;
}

/** How much of the disk a finished task takes for as long as it is kept. */
export const disk: Measurement = {
  about: 'what finished tasks keep on disk, with their results stored',
  settings: { DEFAULT_DESCRIPTOR_VERSION: String(presentVersion) },
  measure: async (bed, { faces, samples }, say) => {
    const files = await importSamples(bed, samples, say);
    const expected = files.length;
    const extracted = await keptBy(bed, 'extract', expected, () =>
      runExtractTask(bed, { version: 3, kind: 'face', expected }),
    );
    say(`disk: seeding ${faces} faces`);
    await freshTables(bed, faces);
    const content = { target: 'faces', filters: { account_id: bed.accountId }, store_results: true };
    const removed = await keptBy(bed, 'gc', faces, () => runGcTask(bed, content, faces));
    const figures = [removed, extracted].map((one) => ({ ...one, bytesPerObject: one.bytes / one.objects }));
    return {
      figures: { tasks: figures, tables },
      lines: [
        `growth of ${tables.join(', ')} by one task without errors`,
        '',
        ...textTable(
          ['task', 'objects', 'MB', 'of them result', 'bytes an object', `GB of ${foreseen} objects`],
          figures.map(({ task, objects, bytes, ofResult, bytesPerObject }) => [
            ...[task, objects, round(bytes / 1e6, 1), round(ofResult / 1e6, 1), round(bytesPerObject, 1)],
            round((bytesPerObject * foreseen) / 1e9, 1),
          ]),
        ),
      ],
    };
  },
};

async function keptBy(
  { db }: Bed,
  task: string,
  objects: number,
  run: () => Promise<unknown>,
): Promise<Kept> {
  const before = await sizes(db);
  await run();
  const after = await sizes(db);
  return {
    ...{ task, objects, bytes: after.all - before.all },
    ofResult: after.result - before.result,
  };
}

async function sizes(db: Bed['db']): Promise<{ all: number; result: number }> {
  const [row] = await db.query<{ all: number; result: number }>(
    `select sum(pg_total_relation_size(name::regclass))::bigint as all,
       pg_total_relation_size('task_result_chunks')::bigint as result from unnest($1::text[]) name`,
    [tables],
  );
  return row ?? { all: 0, result: 0 };
}

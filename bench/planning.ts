import { textTable } from '../commands/cli/textTable.ts';
import { createPartPlan } from '../db/engine/partPlan.ts';
import type { Bed } from './harness/bed.ts';
import { round } from './harness/figures.ts';
import { freshTables } from './harness/freshTables.ts';
import type { Measurement } from './harness/measurement.ts';

const chunk = 500_000;
const mostFewIn = 10_000;
// As the worker has it.
const partSize = 50_000;

/** What it takes to look at and to plan a task over very many faces, all of them or one in ten thousand. */
export const planning: Measurement = {
  about: 'previews and plans over bare faces, without removing them',
  measure: async (bed, { faces }, say) => {
    const fewIn = Math.min(mostFewIn, Math.ceil(faces / 10));
    await freshTables(bed, 0);
    for (let from = 0; from < faces; from += chunk) {
      say(`planning: ${from} of ${faces} faces seeded`);
      await addBareFaces(bed, from, Math.min(faces, from + chunk), fewIn);
    }
    await bed.db.query('vacuum (analyze) faces');
    await bed.db.query('checkpoint');
    const previews = await slowestPreview(bed);
    const all = await planByHand(bed, { account_id: bed.accountId });
    const few = await planByHand(bed, { user_data: 'one of few' });
    const head = ['', 'objects', 'subtasks', 'steps', 'longest step s', 'together s'];
    const rows = [
      ['everything', ...all],
      [`1 in ${fewIn}`, ...few],
    ];
    return {
      figures: { faces, slowestPreviewSeconds: previews, head, rows },
      lines: [
        `gc of ${faces} faces; each step is one transaction`,
        '',
        ...textTable(head, rows),
        '',
        `slowest of the previews: ${round(previews)} s (at most 1 s)`,
      ],
    };
  },
};

async function addBareFaces({ db, accountId }: Bed, from: number, to: number, fewIn: number): Promise<void> {
  await db.query(
    `insert into faces (face_id, account_id, user_data, create_time)
     select uuidv7(), $1::uuid, case when n % ${fewIn} = 0 then 'one of few' else '' end,
       now() - n * interval '1 second'
     from generate_series($2::bigint, $3::bigint) n`,
    [accountId, from, to - 1],
  );
}

/** Plans a task in the worker's place, which is halted meanwhile: one that is paused is not planned. */
async function planByHand({ db, tasks, running }: Bed, filters: object): Promise<number[]> {
  const content = { target: 'faces', filters, store_results: true };
  await running.halt('worker-1');
  const taskId = await tasks.postGc(content, 'bench');
  const [task] = await db.query<{ generation: number }>('select generation from tasks where task_id = $1', [
    taskId,
  ]);
  if (task === undefined) throw new Error(`there is no task ${taskId}`);
  const plan = createPartPlan(db, { partSizes: { gc: partSize, extract: partSize } });
  const steps: number[] = [];
  for (let after = 0, planned = false; !planned;) {
    const started = performance.now();
    const next = await plan.next({ taskId, generation: task.generation }, after);
    steps.push((performance.now() - started) / 1_000);
    after = next.parts.at(-1) ?? after;
    planned = next.planned;
  }
  const found = await tasks.find(taskId);
  await tasks.act(taskId, 'cancel');
  await running.resume('worker-1');
  const together = steps.reduce((sum, step) => sum + step, 0);
  return [
    found.progress.objects_expected,
    found.count_task_parts_all,
    steps.length,
    round(Math.max(...steps)),
    round(together),
  ];
}

const times = 5;

/** Seconds that the slowest of some previews took: of everything, of a half, of what statistics cannot know, of an extract. */
export async function slowestPreview({ tasks, accountId: account_id }: Bed): Promise<number> {
  const orders = [
    [4, { target: 'faces', filters: { account_id } }],
    [4, { target: 'faces', filters: { account_id, create_time__lt: new Date().toISOString() } }],
    [4, { target: 'faces', filters: { account_id, face_ids: ['80000000-0000-0000-0000-000000000000'] } }],
    [4, { target: 'faces', filters: { account_id, user_data: 'nobody has this' } }],
    [4, { target: 'face_descriptors', filters: { descriptor_version: 1 } }],
    [5, extractOf({ account_id }, 3)],
    [5, extractOf({ account_id }, 1)],
  ] as const;
  let slowest = 0;
  for (let n = 0; n < times; n++) {
    for (const [taskType, content] of orders) {
      const started = performance.now();
      await tasks.preview(taskType, content);
      slowest = Math.max(slowest, (performance.now() - started) / 1_000);
    }
  }
  return slowest;
}

function extractOf(filters: object, descriptor_version: number) {
  return {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version },
    filters: { objects_type: 'faces', ...filters },
  };
}

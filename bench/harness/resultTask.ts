import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Bed } from './bed.ts';
import { createIdHash } from './idHash.ts';
import type { Say } from './figures.ts';

/** Of a result as a gc writes it: batches of so many objects, parts of ten batches. */
const batch = 10_000;
const batchesPerPart = 10;
const objectsPerStep = 1_000_000;

/** A task that has ended and has removed so many objects; its ids are drawn by PostgreSQL. */
export async function addResultTask(bed: Bed, objects: number, say: Say): Promise<number> {
  const content = { target: 'faces', filters: { account_id: bed.accountId }, store_results: true };
  const [task] = await bed.db.query<{ taskId: number }>(
    `insert into tasks (task_type, state, content, result_id, objects_expected, objects_done, plan_done, end_time)
     values (4, 'done', $1, $2, $3, $3, true, now()) returning task_id "taskId"`,
    [JSON.stringify({ ...content, remove_samples: false }), randomUUID(), objects],
  );
  if (task === undefined) throw new Error('no task was inserted');
  for (let from = 0; from < objects; from += objectsPerStep) {
    const to = Math.min(objects, from + objectsPerStep);
    await bed.db.query(
      `insert into task_result_chunks (task_id, part_no, seq, count, ids)
       select $1::bigint, no / ${batchesPerPart}, no % ${batchesPerPart}, cardinality(ids), ids
       from generate_series($2::bigint / ${batch}, ($3::bigint - 1) / ${batch}) no,
         lateral (select array_agg(gen_random_uuid()) ids
           from generate_series(no * ${batch}, least($3::bigint, (no + 1) * ${batch}) - 1)) drawn`,
      [task.taskId, from, to],
    );
    if (to % (10 * objectsPerStep) === 0 || to === objects) say(`result: ${to} ids`);
  }
  await bed.db.query('vacuum analyze task_result_chunks');
  return task.taskId;
}

/** The floor: the same ids in the same order, as PostgreSQL itself puts them out. */
export async function copyIds(bed: Bed, taskId: number): Promise<{ seconds: number; hash: string }> {
  const client = new pg.Client({ connectionString: bed.running.databaseUrl });
  await client.connect();
  try {
    const hash = createIdHash();
    const started = performance.now();
    const lines = client.query(
      copyTo(
        `copy (select unnest(ids) from (select ids from task_result_chunks where task_id = ${taskId}
           order by part_no, seq) chunks) to stdout`,
      ),
    );
    for await (const piece of lines as AsyncIterable<Buffer>) hash.takeLines(piece);
    return { seconds: (performance.now() - started) / 1_000, hash: hash.digest() };
  } finally {
    await client.end();
  }
}

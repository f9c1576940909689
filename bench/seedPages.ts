import type { Database } from '../db/connection.ts';

export interface Seeded {
  readonly tasks: number;
  readonly parts: number;
  readonly errors: number;
  readonly bigTaskId: number;
}

const tasks = 1_000_000;
const parts = 100_000;
const errors = 100_000;

/** A year of tasks with what they are looked up by, and at their end a paused one of many parts and errors. */
export async function seedPages(db: Database): Promise<Seeded> {
  await db.query(
    `insert into tasks (task_type, state, content, description, created_by_login, create_time, end_time,
       objects_expected, objects_done, objects_failed)
     select 4 + n % 2, (array['done', 'done', 'failed', 'cancelled', 'done'])[1 + n % 5],
       '{"target": "faces", "filters": {}, "store_results": false}',
       case when n % 10 <> 0 then 'weekly clean-up of site ' || n % 977 || case when n % 10000 = 1 then ' lobby' else '' end end,
       case when n % 20000 = 0 then 'seldom@visionlabs.ai' when n % 50 = 0 then 'user' || n % 40 || '@visionlabs.ai'
         else 'root@visionlabs.ai' end,
       t, t + interval '5 minutes' + n % 13 * interval '1 hour', 1000, 1000, 0
     from (select n, now() - ($1::integer - n) * interval '31 seconds' t from generate_series(1, $1::integer) n) s`,
    [tasks],
  );
  const [big] = await db.query<{ task_id: number }>(
    `insert into tasks (task_type, state, desired_state, content, description, created_by_login, plan_done)
     values (5, 'paused', 'pause', '{"extraction_target": "face_descriptor", "store_results": true,
       "options": {"missing": true, "descriptor_version": 3, "default_descriptor_version": 1},
       "filters": {"objects_type": "faces"}}', 'of many parts', 'root@visionlabs.ai', true) returning task_id`,
  );
  const bigTaskId = big?.task_id ?? 0;
  await db.query(
    `insert into subtasks (task_id, part_no, to_key, state, expected, done, failed)
     select $1, n, gen_random_uuid(), case when n < $2 / 2 then 'done' when n % 100 = 0 then 'failed' else 'pending' end,
       1000, case when n < $2 / 2 then 998 else 0 end, case when n < $2 / 2 then 2 else 0 end
     from generate_series(0, $2::integer - 1) n`,
    [bigTaskId, parts],
  );
  await db.query(
    `insert into task_errors (task_id, part_no, task_type, error_code, "desc", detail, object_type, object_id, error_time)
     select $1, n / 2, 5, 28100 + n % 3, 'Sample missing', 'no file', 'face', gen_random_uuid(),
       now() - n * interval '5 minutes'
     from generate_series(1, $2::integer) n`,
    [bigTaskId, errors],
  );
  for (const table of ['tasks', 'subtasks', 'task_errors', 'task_blocks', 'task_error_blocks'])
    await db.query(`vacuum (analyze) ${table}`);
  await db.query('checkpoint');
  return { tasks: tasks + 1, parts, errors, bigTaskId };
}

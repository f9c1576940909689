import type { Database } from '../../db/sql/connection.ts';

export interface Seeded {
  readonly tasks: number;
  readonly parts: number;
  readonly errors: number;
  /** Of the big task's rate: a week of them by the minute. */
  readonly samples: number;
  readonly bigTaskId: number;
}

const samples = 7 * 24 * 60;

/** A year of tasks with what they are looked up by, at their end a paused one of many parts and errors, and what the charts show. */
export async function seedPages(db: Database, tasks: number): Promise<Seeded> {
  const [parts, errors] = [Math.floor(tasks / 10), Math.floor(tasks / 10)];
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
    `insert into tasks (task_type, state, desired_state, content, description, created_by_login, plan_done, parts_all, objects_expected)
     values (5, 'paused', 'pause', '{"extraction_target": "face_descriptor", "store_results": true,
       "options": {"missing": true, "descriptor_version": 3, "default_descriptor_version": 1},
       "filters": {"objects_type": "faces"}}', 'of many subtasks', 'root@visionlabs.ai', true, $1, 1000 * $1) returning task_id`,
    [parts],
  );
  const bigTaskId = big?.task_id ?? 0;
  await db.query(
    `insert into subtasks (task_id, part_no, to_key, state, attempt, expected, done, failed)
     select $1, n, gen_random_uuid(), case when n < $2 / 2 then 'done' when n % 100 = 0 then 'failed' else 'pending' end,
       case when n < $2 / 2 or n % 100 = 0 then 1 else 0 end, 1000, case when n < $2 / 2 then 998 else 0 end, case when n < $2 / 2 then 2 else 0 end
     from generate_series(1, $2::integer) n`,
    [bigTaskId, parts],
  );
  await db.query(
    `insert into task_errors (task_id, part_no, task_type, error_code, "desc", detail, object_type, object_id, error_time)
     select $1, 1 + n / 2, 5, 28100 + n % 3, 'Sample missing', 'no file', 'face', gen_random_uuid(),
       now() - n * interval '5 minutes'
     from generate_series(1, $2::integer) n`,
    [bigTaskId, errors],
  );
  await db.query(
    `insert into task_samples (task_id, sample_time, handled)
     select $1, now() - ($2::integer - n) * interval '1 minute', 5000 * n + 2000 * (n % 7) from generate_series(1, $2::integer) n`,
    [bigTaskId, samples],
  );
  await db.query(
    `insert into activity (minute, task_type, error_code, items)
     select date_trunc('minute', now()) - n * interval '1 minute', kind, code, 60 * (n % 20)
     from generate_series(1, 8 * 24 * 60) n, (values (4, 0), (5, 0), (5, 28100), (4, 28104)) k (kind, code)`,
  );
  const counted = ['tasks', 'subtasks', 'task_errors', 'task_blocks', 'task_error_blocks'];
  for (const table of [...counted, 'task_samples', 'activity']) await db.query(`vacuum (analyze) ${table}`);
  await db.query('checkpoint');
  return { tasks: tasks + 1, parts, errors, samples, bigTaskId };
}

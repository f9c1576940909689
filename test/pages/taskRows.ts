import type { Database } from '../../db/sql/connection.ts';
import type { TaskState } from '../../domain/tasks/task.ts';

export interface TaskRow {
  readonly state: TaskState;
  readonly taskType: 4 | 5;
  readonly content: object;
  readonly description: string | null;
  readonly expected: number;
  readonly done: number;
  readonly failed: number;
  readonly failure: object | null;
  readonly resultId: string | null;
}

const extract = {
  extraction_target: 'face_descriptor',
  options: { missing: true, descriptor_version: 3, default_descriptor_version: 1 },
  filters: { objects_type: 'faces' },
  store_results: true,
};

/** A task with two parts that share what is done, as the engine would have left it; its id. */
export async function insertTask(db: Database, overrides: Partial<TaskRow> = {}): Promise<number> {
  const row: TaskRow = {
    state: 'running',
    taskType: 5,
    content: extract,
    description: null,
    expected: 1_000,
    done: 400,
    failed: 0,
    failure: null,
    resultId: null,
    ...overrides,
  };
  const isOver = ['cancelled', 'failed', 'done'].includes(row.state);
  const [task] = await db.query<{ task_id: number }>(
    `insert into tasks (task_type, state, content, description, plan_done, parts_all, parts_done, objects_expected,
       objects_done, objects_failed, failure, result_id, created_by_login, running_ms, end_time)
     values ($1, $2, $3, $4, true, 2, case when $10::timestamptz is null then 1 else 2 end, $5, $6, $7, $8, $9, 'root@visionlabs.ai', 10000, $10) returning task_id`,
    [
      row.taskType,
      row.state,
      JSON.stringify(row.content),
      row.description,
      row.expected,
      row.done,
      row.failed,
      row.failure === null ? null : JSON.stringify(row.failure),
      row.resultId,
      isOver ? new Date().toISOString() : null,
    ],
  );
  const taskId = task?.task_id ?? 0;
  await db.query(
    `insert into subtasks (task_id, part_no, to_key, expected, state, attempt, done, failed)
     values ($1, 1, gen_random_uuid(), $2, 'done', 1, $3, $4), ($1, 2, gen_random_uuid(), $2, $5, 1, 0, 0)`,
    [taskId, row.expected / 2, row.done, row.failed, isOver ? 'done' : 'running'],
  );
  return taskId;
}

/** What the engine's next batch would write. */
export async function advanceTask(db: Database, taskId: number, done: number): Promise<void> {
  await db.query(
    'update subtasks set done = $2, last_update_time = now() where task_id = $1 and part_no = 2',
    [taskId, done],
  );
  await db.query("select pg_notify('luna_tasks', $1::text)", [taskId]);
}

export async function setState(db: Database, taskId: number, state: TaskState): Promise<void> {
  await db.query(
    `update tasks set state = $2, last_update_time = now(),
       end_time = case when $2 in ('cancelled', 'failed', 'done') then now() end
     where task_id = $1`,
    [taskId, state],
  );
}

export async function insertError(
  db: Database,
  taskId: number,
  detail: string,
  { code, desc } = { code: 28100, desc: 'Sample missing' },
): Promise<void> {
  await db.query(
    `insert into task_errors (task_id, part_no, task_type, error_code, "desc", detail, object_type, object_id)
     values ($1, 1, 5, $3, $4, $2, 'face', gen_random_uuid())`,
    [taskId, detail, code, desc],
  );
}

/** Of the task whose page that is. */
export async function contentOnPage(db: Database, url: string): Promise<unknown> {
  const taskId = Number(/\/tasks\/(\d+)\/view/.exec(url)?.[1]);
  const [row] = await db.query<{ content: object }>('select content from tasks where task_id = $1', [taskId]);
  return row?.content;
}

import type { ClaimedPart, PartRef } from '../../domain/tasks/parts.ts';
import type { TaskFailure } from '../../domain/tasks/books.ts';
import { errorTable, type ErrorName } from '../../domain/errors.ts';
import type { Sql } from '../sql/connection.ts';
import { toStoredFailure } from './faults.ts';

/** Where an object's error belongs; a claimed part is one. */
export interface ErrorPlace {
  readonly task: Pick<ClaimedPart['task'], 'taskId' | 'taskType'>;
  readonly partNo: number;
  readonly subtaskId: number;
}

export interface ObjectError {
  readonly objectId: string;
  readonly error: ErrorName;
  readonly detail: string;
  readonly additionalInfo?: object;
}

/**
 * Writes the errors of a batch's objects, inside its transaction. An object has at most one open error: an older one
 * is closed, and the same error again updates its row.
 */
export async function recordObjectErrors(
  tx: Sql,
  part: ErrorPlace,
  objectType: 'face' | 'event' | 'sample',
  errors: readonly ObjectError[],
): Promise<void> {
  if (errors.length === 0) return;
  await overcomeErrors(
    tx,
    part,
    errors.map(({ objectId }) => objectId),
  );
  await tx.query(
    `insert into task_errors (task_id, part_no, subtask_id, task_type, object_type, object_id, error_code, "desc",
       detail, additional_info)
     select $1, $2, $3, $4, $5, e.* from unnest($6::uuid[], $7::integer[], $8::text[], $9::text[], $10::jsonb[]) e
     on conflict (task_id, object_id, error_code) do update set part_no = excluded.part_no,
       subtask_id = excluded.subtask_id, detail = excluded.detail, additional_info = excluded.additional_info,
       error_time = clock_timestamp(), attempts = task_errors.attempts + 1, overcome_time = null`,
    [
      part.task.taskId,
      part.partNo,
      part.subtaskId,
      part.task.taskType,
      objectType,
      errors.map(({ objectId }) => objectId),
      errors.map(({ error }) => errorTable[error].code),
      errors.map(({ error }) => errorTable[error].desc),
      errors.map(({ detail }) => detail),
      errors.map(({ additionalInfo }) =>
        additionalInfo === undefined ? null : JSON.stringify(additionalInfo),
      ),
    ],
  );
}

/** Marks the open errors of these objects as overcome. They stay readable. */
export async function overcomeErrors(
  tx: Sql,
  part: Pick<ErrorPlace, 'task'>,
  objectIds: readonly string[],
): Promise<void> {
  if (objectIds.length === 0) return;
  await tx.query(
    `update task_errors set overcome_time = clock_timestamp()
     where task_id = $1 and object_id = any($2::uuid[]) and overcome_time is null`,
    [part.task.taskId, objectIds],
  );
}

/** The part as a whole failed: its state, and one error without an object. */
export async function recordPartError(
  db: Sql,
  { ref, partNo }: PartRef,
  failure: TaskFailure,
): Promise<void> {
  const { code, desc } = errorTable[failure.error];
  await db.query(
    `with broken as (
       update subtasks set state = 'failed', claim = null, end_time = now(), last_update_time = now(), failure = $6::jsonb
       where task_id = $1 and part_no = $2 and state in ('pending', 'running')
         and exists (select from tasks t where t.task_id = $1 and t.generation = $7)
       returning subtask_id
     )
     insert into task_errors (task_id, part_no, subtask_id, task_type, object_type, error_code, "desc", detail)
     select $1, $2, b.subtask_id, t.task_type, 'subtask', $3, $4, $5 from broken b join tasks t on t.task_id = $1`,
    [
      ref.taskId,
      partNo,
      code,
      desc,
      failure.detail,
      JSON.stringify(toStoredFailure(failure)),
      ref.generation,
    ],
  );
}

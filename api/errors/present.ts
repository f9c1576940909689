import type { TaskErrorRow } from '../../db/tasks/errorQueries.ts';

/** Overcome errors are shown too; `additional_info` says that, and since when. */
export function presentTaskError(error: TaskErrorRow) {
  return {
    error_id: error.errorId,
    task_id: error.taskId,
    subtask_id: error.subtaskId,
    task_type: error.taskType,
    error_code: error.errorCode,
    desc: error.desc,
    detail: error.detail,
    error_time: error.errorTime.toISOString(),
    object_type: error.objectType,
    object_id: error.objectId,
    additional_info: {
      ...error.additionalInfo,
      attempts: error.attempts,
      overcome_time: error.overcomeTime?.toISOString() ?? null,
    },
  };
}

/** With what only pages show as a field of its own. */
export function presentTaskErrorOfPage(error: TaskErrorRow) {
  return { ...presentTaskError(error), is_overcome: error.overcomeTime !== null };
}

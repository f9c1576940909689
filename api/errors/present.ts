export interface TaskErrorToShow {
  readonly errorId: number;
  readonly taskId: number;
  readonly subtaskId: number | null;
  readonly taskType: number;
  readonly errorCode: number;
  readonly desc: string;
  readonly detail: string;
  readonly objectType: string;
  readonly objectId: string | null;
  readonly additionalInfo: object | null;
  readonly attempts: number;
  readonly errorTime: Date;
  readonly overcomeTime: Date | null;
}

/** Overcome errors are shown too; `additional_info` says that, and since when. */
export function presentTaskError(error: TaskErrorToShow) {
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

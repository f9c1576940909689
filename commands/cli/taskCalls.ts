import { setTimeout as delay } from 'node:timers/promises';
import type { presentSubtask, TaskJson } from '../../api/tasks/present/task.ts';
import type { presentTaskError } from '../../api/errors/present.ts';
import type { presentTaskPreview } from '../../api/tasks/present/taskPreview.ts';
import { isFinal } from '../../domain/tasks/task.ts';
import type { ApiClient } from './apiClient.ts';

export type { TaskJson } from '../../api/tasks/present/task.ts';
export type SubtaskJson = ReturnType<typeof presentSubtask>;
export type TaskPreviewJson = ReturnType<typeof presentTaskPreview>;
export type TaskErrorJson = ReturnType<typeof presentTaskError>;

export interface TaskResultJson {
  readonly removed_count?: number;
  readonly samples_removed?: number;
  readonly extracted_count?: number;
  readonly skipped_count?: number;
  readonly errors_count: number;
  readonly removed?: readonly string[];
  readonly objects?: readonly { readonly id: string }[];
}

export interface FollowOptions {
  /** How long between two looks. */
  readonly everyMs?: number;
  /** Gives up with an error after so long. */
  readonly limitMs?: number;
  readonly onLook?: (task: TaskJson) => void;
  /** Ends the following early, beside the task's own end. */
  readonly until?: (task: TaskJson) => boolean;
  readonly signal?: AbortSignal;
}

export type TaskCalls = ReturnType<typeof createTaskCalls>;

/** The operations on tasks that operators use, by the REST API. */
export function createTaskCalls(api: ApiClient) {
  const find = (taskId: number) => api.get<TaskJson>(`/tasks/${taskId}`);
  return {
    postExtract: async (content: object, description: string, more: object = {}): Promise<number> => {
      const order = { content, description, ...more };
      return (await api.post<{ task_id: number }>('/tasks/additional_extract', order)).task_id;
    },
    postGc: async (content: object, description: string, more: object = {}): Promise<number> =>
      (await api.post<{ task_id: number }>('/tasks/gc', { content, description, ...more })).task_id,
    preview: (taskType: 4 | 5, content: object) =>
      api.post<TaskPreviewJson>('/tasks/preview', { task_type: taskType, content }),
    find,
    act: (taskId: number, action: 'cancel' | 'pause' | 'resume' | 'retry') =>
      api.patch<object>(`/tasks/${taskId}`, { action }),
    /** Objects a second at most; null: as fast as it can. */
    throttle: (taskId: number, objectsPerSecond: number | null) =>
      api.patch<object>(`/tasks/${taskId}`, { action: 'throttle', objects_per_second: objectsPerSecond }),
    undo: (taskId: number) => api.patch<{ task_id: number }>(`/tasks/${taskId}`, { action: 'undo' }),
    subtasks: async (taskId: number): Promise<SubtaskJson[]> =>
      (await api.get<{ subtasks: SubtaskJson[] }>(`/tasks/${taskId}/subtasks`)).subtasks,
    errors: async (taskId: number): Promise<TaskErrorJson[]> =>
      (await api.get<{ errors: TaskErrorJson[] }>(`/tasks/${taskId}/errors?page_size=5`)).errors,
    result: (taskId: number) => api.get<TaskResultJson>(`/tasks/${taskId}/result`),

    /** Looks at the task again and again until it has ended, or `until` says so. */
    follow: async (
      taskId: number,
      { everyMs = 200, limitMs = 600_000, onLook, until, signal }: FollowOptions = {},
    ): Promise<TaskJson> => {
      const limit = Date.now() + limitMs;
      for (;;) {
        const task = await find(taskId);
        onLook?.(task);
        if (isFinal(task.state) || until?.(task) === true) return task;
        if (Date.now() > limit)
          throw new Error(`task ${taskId} is still ${task.state} after ${limitMs / 1_000} s`);
        await delay(everyMs, undefined, signal === undefined ? {} : { signal });
      }
    },
  };
}

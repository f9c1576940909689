import type { TaskErrorRow } from '../../../db/tasks/errorQueries.ts';
import type { TaskRow } from '../../../db/tasks/taskQueries.ts';
import { presentTask } from './task.ts';
import { presentTaskError } from '../../errors/present.ts';

export const taskColumns = [
  ...['task_id', 'task_type', 'task_status', 'state', 'create_time', 'end_time', 'last_update_time'],
  ...['count_task_parts_done', 'count_task_parts_all'],
  ...['objects_expected', 'objects_done', 'objects_failed', 'objects_skipped', 'objects_per_second'],
  ...['created_by', 'schedule_id', 'result_id', 'description', 'content', 'failure'],
];

export const taskErrorColumns = [
  ...['error_id', 'task_id', 'subtask_id', 'task_type', 'error_code', 'desc', 'detail', 'error_time'],
  ...['object_type', 'object_id', 'additional_info'],
];

/** What JSON has in a nested object stands beside the rest. */
export async function* taskRows(lists: AsyncIterable<TaskRow[]>) {
  for await (const list of lists) {
    yield list.map((row) => {
      const { progress, ...task } = presentTask(row);
      return { ...task, ...progress };
    });
  }
}

export async function* taskErrorRows(lists: AsyncIterable<TaskErrorRow[]>) {
  for await (const list of lists) yield list.map(presentTaskError);
}

import type { TaskState } from '../../domain/tasks/task.ts';
import type { TaskFilters } from '../../domain/tasks/taskFilters.ts';
import { optionalInstant } from '../http/instants.ts';

/** The filters of tasks as a client sends them. */
export interface TaskQuery {
  readonly task_ids?: number[];
  readonly create_time__gte?: string;
  readonly create_time__lt?: string;
  readonly end_time__gte?: string;
  readonly end_time__lt?: string;
  readonly task_type?: number;
  readonly task_status?: number;
  readonly state?: TaskState;
  readonly schedule_id?: number;
  readonly upgrade_id?: number;
}

export function toTaskFilters(query: TaskQuery): TaskFilters {
  const entries = Object.entries({
    taskIds: query.task_ids,
    createTimeGte: optionalInstant(query.create_time__gte),
    createTimeLt: optionalInstant(query.create_time__lt),
    endTimeGte: optionalInstant(query.end_time__gte),
    endTimeLt: optionalInstant(query.end_time__lt),
    taskType: query.task_type,
    taskStatus: query.task_status,
    state: query.state,
    scheduleId: query.schedule_id,
    upgradeId: query.upgrade_id,
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

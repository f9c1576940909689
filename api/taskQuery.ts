import { optionalInstant } from './instants.ts';

/** The filters of tasks as a client sends them. */
export interface TaskQuery {
  readonly task_ids?: number[];
  readonly create_time__gte?: string;
  readonly create_time__lt?: string;
  readonly end_time__gte?: string;
  readonly end_time__lt?: string;
  readonly task_type?: number;
  readonly task_status?: number;
}

/** The same in our own words, with what pages filter by besides. */
export interface TaskFilters {
  readonly taskIds?: readonly number[];
  readonly createTimeGte?: string;
  readonly createTimeLt?: string;
  readonly endTimeGte?: string;
  readonly endTimeLt?: string;
  readonly taskType?: number;
  readonly taskStatus?: number;
  /** The login of whoever made it. */
  readonly creator?: string;
  /** Stands somewhere in the description, in small or capital letters. */
  readonly text?: string;
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
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

import type { ErrorFilters } from '../../domain/tasks/taskFilters.ts';
import { optionalInstant } from '../http/instants.ts';

/** The filters of errors as a client sends them. */
export interface ErrorQuery {
  readonly task_ids?: number[];
  readonly error_ids?: number[];
  readonly error_time__gte?: string;
  readonly error_time__lt?: string;
  readonly task_type?: number;
  readonly error_code?: number;
}

/** `taskId`: of this task only, whatever the query says. */
export function toErrorFilters(query: ErrorQuery, taskId?: number): ErrorFilters {
  const entries = Object.entries({
    taskIds: taskId === undefined ? query.task_ids : [taskId],
    errorIds: query.error_ids,
    errorTimeGte: optionalInstant(query.error_time__gte),
    errorTimeLt: optionalInstant(query.error_time__lt),
    taskType: query.task_type,
    errorCode: query.error_code,
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

import { formatCount } from '../../assets/words.js';
import { paths } from '../../paths.ts';
import type { TaskErrorGroupShape, TaskShape } from '../../shapes.ts';
import { neededFor, type Permissions } from '../../../domain/accounts/permission.ts';
import { isFinal } from '../../../domain/tasks/task.ts';
import { time, type Time } from '../time/time.ts';

/** A task's open errors by code, each with what can be done at about all of its objects at once. */
export interface ErrorGroups {
  readonly rows: readonly ErrorGroupRow[];
  /** Where a retry of one code posts to; null: the task still runs, or the role does not allow it. */
  readonly retry: string | null;
}

export interface ErrorGroupRow {
  readonly code: string;
  readonly desc: string;
  readonly count: string;
  /** null: the page of the errors is not for the role. */
  readonly href: string | null;
  readonly sample: string;
  readonly first: Time;
  readonly last: Time;
  /** Whether the code stands at objects: what failed as a whole is taken up by the task's own retry. */
  readonly isOfObjects: boolean;
}

export function errorGroups(
  task: TaskShape,
  groups: readonly TaskErrorGroupShape[],
  permissions: Permissions,
): ErrorGroups {
  const mayRetry = permissions.has(neededFor(task.task_type));
  return {
    retry: mayRetry && isFinal(task.state) ? paths.taskAction(task.task_id, 'retry') : null,
    rows: groups.map((group) => ({
      code: String(group.error_code),
      desc: group.desc,
      count: formatCount(group.count),
      href: permissions.has('view')
        ? paths.errors({ task_ids: task.task_id, error_code: group.error_code })
        : null,
      sample:
        group.sample.object_id === null
          ? group.sample.detail
          : `${group.sample.detail} (${group.sample.object_id})`,
      first: time(group.first_time),
      last: time(group.last_time),
      isOfObjects: group.sample.object_id !== null,
    })),
  };
}

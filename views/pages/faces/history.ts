import type { TaskState } from '../../../domain/tasks/task.ts';
import { formatCount } from '../../assets/words.js';
import { statusBadge, type StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import { describeContent } from '../tasks/describeContent.ts';

export interface ObjectHistoryShape {
  /** So many of the newest tasks were looked through. */
  readonly looked_through: number;
  readonly tasks: readonly {
    readonly task_id: number;
    readonly task_type: number;
    readonly content: object;
    readonly state: TaskState;
    readonly generation: number | null;
    readonly time: string;
  }[];
  readonly errors: readonly {
    readonly error_id: number;
    readonly task_id: number;
    readonly error_code: number;
    readonly desc: string;
    readonly detail: string;
    readonly error_time: string;
    readonly is_overcome: boolean;
  }[];
}

/** What tasks did with a face or an event, and where they failed with it. */
export interface ObjectHistoryView {
  readonly note: string;
  readonly tasks: readonly {
    readonly task: string;
    readonly href: string;
    readonly what: string;
    readonly badge: StatusBadge;
    readonly time: Time;
  }[];
  readonly errors: readonly {
    readonly task: string;
    readonly taskHref: string;
    readonly code: string;
    readonly codeHref: string;
    readonly desc: string;
    readonly detail: string;
    readonly isOpen: boolean;
    readonly time: Time;
  }[];
}

export function objectHistory({ looked_through, tasks, errors }: ObjectHistoryShape): ObjectHistoryView {
  return {
    note: `Among the results of the newest ${formatCount(looked_through)} tasks of this kind of object. Tasks without stored results are not found.`,
    tasks: tasks.map((task) => ({
      task: `Task ${task.task_id}`,
      href: paths.task(task.task_id),
      what: describeContent(task.task_type, task.content).title + ofGeneration(task.generation),
      badge: statusBadge(task.state),
      time: time(task.time),
    })),
    errors: errors.map((error) => ({
      task: `Task ${error.task_id}`,
      taskHref: paths.task(error.task_id),
      code: String(error.error_code),
      codeHref: paths.errorCode(error.error_code),
      desc: error.desc,
      detail: error.detail,
      isOpen: !error.is_overcome,
      time: time(error.error_time),
    })),
  };
}

function ofGeneration(generation: number | null): string {
  return generation === null ? '' : `, sample generation ${generation}`;
}

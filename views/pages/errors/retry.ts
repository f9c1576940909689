import { neededFor, type Permissions } from '../../../domain/accounts/permission.ts';
import { isFinal, type TaskState } from '../../../domain/tasks/task.ts';
import { formatCount } from '../../assets/words.js';
import { statusBadge, type StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface RetryErrorsInput {
  readonly errorCode: number;
  readonly desc: string;
  readonly tasks: readonly {
    readonly taskId: number;
    readonly taskType: number;
    readonly state: TaskState;
    readonly objects: number;
  }[];
  /** Of whoever looks at it. */
  readonly permissions: Permissions;
}

export interface RetryErrorsPage {
  readonly head: PageHead;
  readonly title: string;
  readonly lead: string;
  readonly rows: readonly {
    readonly task: string;
    readonly href: string;
    readonly badge: StatusBadge;
    readonly objects: string;
    readonly what: string;
  }[];
  /** null: nothing can be retried now. */
  readonly form: {
    readonly action: string;
    readonly code: string;
    readonly taskIds: string;
    readonly button: string;
  } | null;
  readonly back: string;
}

/** What a retry of one error in several tasks would do. */
export function retryErrorsPage({ errorCode, desc, tasks, permissions }: RetryErrorsInput): RetryErrorsPage {
  const isAllowed = ({ taskType }: { readonly taskType: number }) => permissions.has(neededFor(taskType));
  const ready = tasks.filter((task) => isAllowed(task) && isFinal(task.state));
  const objects = ready.reduce((sum, task) => sum + task.objects, 0);
  const what = `${words(ready.length, 'task')}, ${words(objects, 'object')}`;
  return {
    head: { title: 'Retry errors', section: 'errors' },
    title: 'Retry errors',
    lead: `${desc} (${errorCode}): ${what} would be retried: every object of these tasks that failed with this code. Completed work is not repeated.`,
    rows: tasks.map((task) => ({
      task: `Task ${task.taskId}`,
      href: paths.task(task.taskId),
      badge: statusBadge(task.state),
      objects: formatCount(task.objects),
      what: !isAllowed(task)
        ? 'your role cannot retry removals'
        : isFinal(task.state)
          ? 'would be retried'
          : 'not ended yet; retry later',
    })),
    form:
      ready.length === 0
        ? null
        : {
            action: paths.retryErrors(),
            code: String(errorCode),
            taskIds: ready.map(({ taskId }) => taskId).join(','),
            button: `Retry ${what}`,
          },
    back: paths.errors(),
  };
}

function words(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`;
}

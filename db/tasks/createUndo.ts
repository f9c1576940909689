import { DomainError } from '../../domain/errors.ts';
import {
  objectsOf,
  type GcContent,
  type PurgeContent,
  type UndoContent,
  type UndoFilters,
} from '../../domain/gc/gcContent.ts';
import { freezeUndoFilters } from '../../domain/gc/undoFilters.ts';
import { isFinal, taskTypes } from '../../domain/tasks/task.ts';
import type { Actor } from '../audit/auditStore.ts';
import { hasAside, lockUndoWindow, type UndoWindow } from '../gc/undoWindows.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { timeOf } from '../sql/databaseClock.ts';
import { createTask, type CreatedTask, type UpgradeStepRef } from './createTask.ts';
import { isOpenTask } from '../engine/turns.ts';

/**
 * Makes the task that puts back what a gc has removed, all of it or what `filters` select.
 * @throws DomainError taskNotFound; cannotUndo when the gc has no window, has not ended, its window is over, another undo
 *   is open or nothing is left; validationFailed for a filter that its objects do not have; versionInUse
 */
export async function createUndo(
  tx: Sql,
  gcTaskId: number,
  filters: UndoFilters | undefined,
  actor: Actor,
  upgrade?: UpgradeStepRef,
): Promise<CreatedTask> {
  const window = await lockUndoWindow(tx, gcTaskId);
  if (window === null) throw await whyNoWindow(tx, gcTaskId);
  const refusal = whyNot(window);
  const objects = objectsOf(window.content);
  if (refusal !== null) throw new DomainError('cannotUndo', refusal);
  if (!(await hasAside(tx, gcTaskId, objects)))
    throw new DomainError('cannotUndo', 'the task removed nothing that can be restored');
  const frozen = freezeUndoFilters(objects, filters ?? {}, await timeOf(tx));
  const content: UndoContent = {
    ...{ target: 'undo', ...about(gcTaskId, window.content) },
    ...{ filters: frozen, store_results: true },
  };
  const task = await createTask(
    tx,
    {
      ...{ taskType: taskTypes.gc, content, description: `Undo of task ${gcTaskId}` },
      ...(upgrade === undefined ? {} : { upgrade }),
    },
    actor,
    null,
  );
  await tx.query('update undo_windows set undo_task = $2, undo_is_partial = $3 where task_id = $1', [
    ...[gcTaskId, task.taskId, Object.keys(frozen).length > 0],
  ]);
  return task;
}

function whyNot({ state, isOver, isUndoOpen, undoTask, purgeTask, ended, until }: UndoWindow): string | null {
  if (!isFinal(state)) return `the task is ${state}: it can be undone when it has ended`;
  if (ended === 'undone') return `task ${undoTask ?? '(removed)'} has put all of it back`;
  if (ended === 'purged') return 'the undo window is over, and what was kept aside is gone';
  if (purgeTask !== null) return `the undo window is over: task ${purgeTask} removes what was kept aside`;
  if (isUndoOpen) return `task ${undoTask} is putting it back already`;
  return isOver === true ? `the undo window ended at ${until?.toISOString()}` : null;
}

async function whyNoWindow(tx: Sql, taskId: number): Promise<DomainError> {
  const [task] = await tx.query('select from tasks where task_id = $1', [taskId]);
  return task === undefined
    ? new DomainError('taskNotFound', `task ${taskId}`)
    : new DomainError('cannotUndo', 'the task has no undo window: give undo_window when a gc is created');
}

/** What an undo and a purge say of their gc. */
function about(of: number, content: GcContent) {
  const objects = objectsOf(content);
  if (content.target === 'face_descriptors' || content.target === 'event_descriptors') {
    const { descriptor_version } = content.filters;
    const type = 'descriptor_type' in content.filters ? content.filters.descriptor_type : undefined;
    return { of, objects, descriptor_version, ...(type === undefined ? {} : { descriptor_type: type }) };
  }
  return { of, objects };
}

/**
 * Before a task is opened again, in the same transaction: a gc, or an undo of one, whose window somebody else is about
 * to end stays as it is.
 * @throws DomainError cannotRetry
 */
export async function holdUndoWindow(tx: Sql, taskId: number, content: GcContent): Promise<void> {
  if (content.target === 'purge') return;
  const of = content.target === 'undo' ? content.of : taskId;
  const window = await lockUndoWindow(tx, of);
  if (window === null) {
    if (content.target === 'undo') throw new DomainError('cannotRetry', `task ${of} was removed`);
    return;
  }
  const { ended, purgeTask, isUndoOpen, undoTask } = window;
  if (ended !== null) throw new DomainError('cannotRetry', `what task ${of} removed was ${ended}`);
  if (purgeTask !== null)
    throw new DomainError('cannotRetry', `task ${purgeTask} ends the undo window of task ${of}`);
  if (isUndoOpen)
    throw new DomainError('cannotRetry', `task ${undoTask} is putting back what task ${of} removed`);
  if (content.target === 'undo')
    await tx.query('update undo_windows set undo_task = $2 where task_id = $1', [of, taskId]);
}

const purgesAtOnce = 20;

/** Makes the purges of windows that are over, each once. @returns how many */
export async function createDuePurges(db: Database): Promise<number> {
  const due = await db.query<{ taskId: number }>(
    `select w.task_id as "taskId" from undo_windows w join tasks t using (task_id)
     where w.ended is null and w.purge_task is null and t.state in ('cancelled', 'failed', 'done')
       and t.end_time + w.kept_for <= now()
       and not exists (select from tasks u where u.task_id = w.undo_task and ${isOpenTask('u')})
     order by w.task_id limit ${purgesAtOnce}`,
  );
  let made = 0;
  for (const { taskId } of due) made += (await db.transaction((tx) => createPurge(tx, taskId))) ? 1 : 0;
  return made;
}

async function createPurge(tx: Sql, gcTaskId: number): Promise<boolean> {
  const window = await lockUndoWindow(tx, gcTaskId);
  if (window === null || !isFinal(window.state) || window.isOver !== true) return false;
  if (window.ended !== null || window.purgeTask !== null || window.isUndoOpen) return false;
  const content: PurgeContent = {
    ...{ target: 'purge', ...about(gcTaskId, window.content) },
    ...{ filters: {}, store_results: false },
  };
  const { taskId } = await createTask(
    tx,
    { taskType: taskTypes.gc, content, description: `End of the undo window of task ${gcTaskId}` },
    { accountId: null, login: `undo window of task ${gcTaskId}`, requestId: null, remoteAddress: null },
    // It ends the window of a gc that was approved itself.
    null,
  );
  await tx.query('update undo_windows set purge_task = $2 where task_id = $1', [gcTaskId, taskId]);
  return true;
}

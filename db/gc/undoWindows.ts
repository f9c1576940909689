import type { GcContent } from '../../domain/gc/gcContent.ts';
import type { TaskState } from '../../domain/tasks/task.ts';
import { isOpenTask } from '../engine/turns.ts';
import type { Sql } from '../sql/connection.ts';
import { asideOf } from './aside.ts';

/** What can become of what a gc has removed; until the gc has ended, `until` is null. */
export interface UndoOfGc {
  /** ISO 8601, as the database writes it. */
  readonly until: string | null;
  readonly state: 'available' | 'undoing' | 'undone' | 'purging' | 'purged';
  /** The last task that put back, or that ended the window. */
  readonly task_id: number | null;
}

/** For `tasks t`: the column "undo", an UndoOfGc or null. */
export const undoColumn = `(
  select json_build_object(
    'until', case when ${isOpenTask('t')} then null else t.end_time + w.kept_for end,
    'state', case when w.ended is not null then w.ended when w.purge_task is not null then 'purging'
      when u.task_id is null then 'available' when ${isOpenTask('u')} then 'undoing'
      when u.state = 'done' and u.objects_failed = 0 and not w.undo_is_partial then 'undone' else 'available' end,
    'task_id', coalesce(w.purge_task, w.undo_task))
  from undo_windows w left join tasks u on u.task_id = w.undo_task where w.task_id = t.task_id) "undo"`;

export interface UndoWindow {
  readonly state: TaskState;
  readonly content: GcContent;
  /** Whether the window is over by the database's clock; null: it has not begun. */
  readonly isOver: boolean | null;
  readonly until: Date | null;
  readonly undoTask: number | null;
  readonly isUndoOpen: boolean;
  readonly purgeTask: number | null;
  readonly ended: 'undone' | 'purged' | null;
}

/**
 * The window of a gc, which until the transaction ends nobody else opens an undo or a purge of; null: it has none.
 * What hangs on it is read when the lock is there.
 */
export async function lockUndoWindow(tx: Sql, taskId: number): Promise<UndoWindow | null> {
  await tx.query('select from undo_windows where task_id = $1 for update', [taskId]);
  const [window] = await tx.query<UndoWindow>(
    `select t.state, t.content, t.end_time + w.kept_for <= now() as "isOver", t.end_time + w.kept_for as until,
       w.undo_task as "undoTask", coalesce(${isOpenTask('u')}, false) as "isUndoOpen", w.purge_task as "purgeTask", w.ended
     from undo_windows w join tasks t using (task_id) left join tasks u on u.task_id = w.undo_task
     where w.task_id = $1`,
    [taskId],
  );
  return window ?? null;
}

/** Whether rows of the gc are still aside. */
export async function hasAside(
  tx: Sql,
  of: number,
  objects: Parameters<typeof asideOf>[1],
): Promise<boolean> {
  const { table } = asideOf(of, objects);
  const [there] = await tx.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
  if (there?.there !== true) return false;
  const [row] = await tx.query<{ left: boolean }>(`select exists (select from ${table}) as left`);
  return row?.left === true;
}

/** With the end of an undo or a purge that is done: where nothing is aside any more, its tables go. */
export async function closeUndoWindow(tx: Sql, content: GcContent): Promise<void> {
  if (content.target !== 'undo' && content.target !== 'purge') return;
  const { target, of, objects } = content;
  if (target === 'undo' && (await hasAside(tx, of, objects))) return;
  await tx.query('select drop_aside($1)', [of]);
  await tx.query('update undo_windows set ended = $2 where task_id = $1', [
    of,
    target === 'undo' ? 'undone' : 'purged',
  ]);
}

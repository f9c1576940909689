import { isRehearsal } from '../../../domain/gc/gcContent.ts';
import type { ObjectHistory, TaskOfObject } from '../../../db/tasks/objectHistory.ts';
import { presentTaskErrorOfPage } from '../../errors/present.ts';
import type { ObjectHistoryShape } from '../../../views/pages/faces/history.ts';

/** What tasks did with a face or an event, and where they failed with it. */
export async function readHistory(
  history: ObjectHistory,
  objectId: string,
  kind: 'face' | 'event',
): Promise<ObjectHistoryShape> {
  const [tasks, errors] = await Promise.all([history.tasks(objectId, kind), history.errors(objectId)]);
  return {
    looked_through: history.lookedThrough,
    tasks: tasks.map(presentTask),
    errors: errors.map(presentTaskErrorOfPage),
  };
}

/** Why an object is not there: the newest gc whose result names it; null: none does. */
export async function deletionOf(
  history: ObjectHistory,
  objectId: string,
  kind: 'face' | 'event',
): Promise<string | null> {
  const tasks = await history.tasks(objectId, kind);
  const gc = tasks.find(
    ({ content }) => 'target' in content && content.target === `${kind}s` && !isRehearsal(content),
  );
  return gc === undefined ? null : `Deleted by task ${gc.taskId} on ${gc.time.toISOString().slice(0, 10)}.`;
}

function presentTask(task: TaskOfObject) {
  return {
    task_id: task.taskId,
    task_type: task.taskType,
    content: task.content,
    state: task.state,
    generation: task.generation,
    time: task.time.toISOString(),
  };
}

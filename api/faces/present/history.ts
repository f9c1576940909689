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

import { isRehearsal } from '../../domain/gc/gcContent.ts';
import type { ObjectHistory, TaskOfObject } from '../../db/tasks/objectHistory.ts';

/** The newest gc whose result names an object that is gone; null: none does. */
export async function findRemoval(
  history: ObjectHistory,
  objectId: string,
  kind: 'face' | 'event',
): Promise<TaskOfObject | null> {
  const tasks = await history.tasks(objectId, kind);
  const gc = tasks.find(
    ({ content }) => 'target' in content && content.target === `${kind}s` && !isRehearsal(content),
  );
  return gc ?? null;
}

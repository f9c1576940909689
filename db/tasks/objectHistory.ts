import type { Database } from '../sql/connection.ts';
import type { TaskState } from '../../domain/tasks/task.ts';
import { errorColumns, type TaskErrorRow } from './errorQueries.ts';

/** A task whose result has an object. */
export interface TaskOfObject {
  readonly taskId: number;
  readonly taskType: number;
  readonly content: object;
  readonly state: TaskState;
  /** Of its sample, as an extract read it; null: a gc. */
  readonly generation: number | null;
  readonly time: Date;
}

/** So many of the newest tasks of the kind of object are looked through. */
const tasksLookedThrough = 50;
const errorsAtMost = 20;

export type ObjectHistory = ReturnType<typeof createObjectHistory>;

/** What tasks did with one face or event. */
export function createObjectHistory(db: Database) {
  return {
    lookedThrough: tasksLookedThrough,

    /**
     * Tasks whose results name it, newest first. The part is found by its range of keys, so that only its chunks are
     * read; a task without stored results is not found.
     */
    tasks: (objectId: string, kind: 'face' | 'event'): Promise<TaskOfObject[]> =>
      db.query<TaskOfObject>(
        `with newest as materialized (
           select task_id, task_type, content, state, end_time, last_update_time from tasks
           where task_type in (4, 5) and state <> 'pending' and (content -> 'filters' ->> 'objects_type' = $2
             or content ->> 'target' in ($2, $3))
           order by task_id desc limit ${tasksLookedThrough}
         )
         select t.task_id "taskId", t.task_type "taskType", t.content, t.state,
           c.generations[array_position(c.ids, $1::uuid)] "generation",
           coalesce(t.end_time, t.last_update_time) "time"
         from newest t
           cross join lateral (select part_no from subtasks s where s.task_id = t.task_id and s.to_key >= $1::uuid
             and (s.from_key is null or s.from_key < $1::uuid)) p
           join task_result_chunks c on c.task_id = t.task_id and c.part_no = p.part_no and c.ids @> array[$1::uuid]
         order by t.task_id desc`,
        [objectId, `${kind}s`, `${kind}_descriptors`],
      ),

    errors: (objectId: string): Promise<TaskErrorRow[]> =>
      db.query<TaskErrorRow>(
        `select ${errorColumns} from task_errors where object_id = $1 order by error_id desc limit ${errorsAtMost}`,
        [objectId],
      ),
  };
}

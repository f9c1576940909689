import type { TaskRef } from '../../domain/tasks/parts.ts';
import { taskTypes } from '../../domain/tasks/task.ts';
import type { Database } from '../sql/connection.ts';
import { silentAfter } from '../ops/workerStore.ts';

export type Windows = ReturnType<typeof createWindows>;

// Temporal takes at most 2,000 pending activities of a workflow, and a history that is begun anew in time.
const mostParts = 500;
// A worker of the release before does not say how many parts it can work on: no worker has less than one process and two.
const leastSlots = 3;
// A task with a rate needs no more parts than keep it: each does an object a second at least.
const leastWithRate = 4;
const tasksAtOnce = 50;

const capacity = `select sum(coalesce(extract_slots, ${leastSlots}))::integer slots from workers
  where 'extract' = any(queues) and beat_time > now() - ${silentAfter}`;

/** Of tasks `t` and the capacity `c`. */
const ofTask = (otherwise: string): string => `least(${mostParts}, coalesce(c.slots, ${otherwise}),
  case when t.objects_per_second is not null then greatest(${leastWithRate}, t.objects_per_second) end)`;

/**
 * How many parts of an extract may be in flight: as many as the workers that are there can work on. What a workflow was
 * told is kept, so that whoever leads finds the tasks whose window is another one by now: docs/decisions/0030.
 */
export function createWindows(db: Database) {
  return {
    /** The window as it is now; `otherwise`: when no worker is there. */
    tell: async ({ taskId, generation }: TaskRef, otherwise: number): Promise<number> => {
      const [row] = await db.query<{ size: number }>(
        `with c as (${capacity}), asked as (
           select t.task_id, t.told_window, ${ofTask('$3::integer')} size from tasks t, c
           where t.task_id = $1 and t.generation = $2
         ), told as (
           update tasks t set told_window = asked.size from asked
           where t.task_id = asked.task_id and t.told_window is distinct from asked.size
         )
         select size from asked`,
        [taskId, generation, otherwise],
      );
      return row?.size ?? otherwise;
    },

    /**
     * Extracts at work whose window has grown, or is not half of what they were told: a worker that is restarted shall
     * not disturb them all. Those that have no more parts than that are not concerned.
     */
    outgrown: (): Promise<TaskRef[]> =>
      db.query<TaskRef>(
        `with c as (${capacity})
         select task_id "taskId", generation from (
           select t.task_id, t.generation, t.told_window told, t.plan_done, t.parts_all, ${ofTask('told_window')} size
           from tasks t, c
           where t.task_status = 1 and t.state in ('planning', 'running') and t.desired_state = 'run'
             and t.task_type = ${taskTypes.additionalExtract} and t.told_window is not null and t.window_size is null
         ) w where (size > told or 2 * size < told) and not (plan_done and parts_all <= least(size, told))
         order by task_id limit ${tasksAtOnce}`,
      ),
  };
}

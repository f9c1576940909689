import { isRehearsal, keepsAside } from '../../../domain/gc/gcContent.ts';
import type { TaskWork } from '../../../domain/tasks/engineTask.ts';
import type { RecentRate } from '../../../domain/tasks/preview.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';
import { askInTime } from '../../sql/askInTime.ts';
import type { PreviewedWork } from './previewedWork.ts';

const looked = 200;
const taken = 5;

/**
 * Objects per second of the last tasks like this one that ended well and had no limit, on their running clocks. Like it
 * are those with the same target, and of extracts those of the same version: networks differ tenfold. Keeping a result or
 * not is a great difference for a whole version.
 */
export async function recentRate({ tx, work, limits }: PreviewedWork): Promise<RecentRate | null> {
  const rows = await askInTime<RecentRate>(
    tx,
    limits.questionMs,
    `with alike as (
       select objects_done, running_ms, end_time from (
         select * from tasks
         where task_type = $1 and state = 'done' and objects_per_second is null
           and objects_done > 0 and running_ms > 0
         order by task_id desc limit ${looked}
       ) recent
       where content @> $2::jsonb and (content ? 'rehearsal') = $3 and (content ? 'undo_window') = $4
       order by task_id desc limit ${taken}
     )
     select (sum(objects_done) * 1000 / sum(running_ms))::double precision as "objectsPerSecond",
       count(*) as tasks, max(end_time) as "lastEnd"
     from alike having count(*) > 0`,
    [
      work.kind === 'gc' ? taskTypes.gc : taskTypes.additionalExtract,
      JSON.stringify(likeness(work)),
      isRehearsal(work.content),
      keepsAside(work.content),
    ],
  );
  return rows?.[0] ?? null;
}

/** What the content of a task must have for its speed to tell that of this one. */
function likeness({ kind, content }: TaskWork): object {
  if (kind === 'gc') return { target: content.target, store_results: content.store_results };
  const { extraction_target, options, filters } = content;
  const { descriptor_version, attributes_version } = options;
  return {
    extraction_target,
    filters: { objects_type: filters.objects_type },
    options: {
      ...(descriptor_version && { descriptor_version }),
      ...(attributes_version && { attributes_version }),
    },
  };
}

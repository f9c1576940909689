import type { Demo } from './context.ts';
import { describeTask, followTask } from './followTask.ts';
import { countFaceDescriptors, countTables, type Counts } from './tables.ts';
import { checkTaskBooks } from './taskBooks.ts';

/** The old version's descriptors go; everything else stays as it is. */
export async function removeOldVersion(demo: Demo): Promise<void> {
  const { story, tasks, db, ledger, signal } = demo;
  story.step('Clean up: remove the descriptors of version 1');
  const old = await countFaceDescriptors(db, 1);
  const before = await countTables(db);
  story.say(`there are ${old} descriptors of version 1 to remove`);
  const taskId = await tasks.postGc(
    { target: 'face_descriptors', filters: { descriptor_version: 1 } },
    'Remove version 1',
  );
  story.say(`POST /4/tasks/gc → task ${taskId}`);
  const task = await followTask(tasks, taskId, 'descriptors', { signal });
  story.say(describeTask(task));
  const result = await tasks.result(taskId);
  const first = result.removed?.slice(0, 2).join(', ') ?? '';
  story.say(`GET /4/tasks/${taskId}/result → removed_count ${result.removed_count}: ${first}, …`);
  const errors = await tasks.errors(taskId);
  story.say(`GET /4/tasks/${taskId}/errors → ${errors.length === 0 ? 'none' : JSON.stringify(errors)}`);
  await checkTaskBooks(demo, 'gc of version 1', task);
  ledger.expect('gc of version 1: removed', old, result.removed_count ?? 0);
  ledger.expect('descriptors of version 1 left', 0, await countFaceDescriptors(db, 1));
  ledger.expect('gc of version 1: other tables changed', 'none', changed(before, await countTables(db)));
}

function changed(before: Counts, after: Counts): string {
  const names = Object.keys(before) as (keyof Counts)[];
  return names.filter((name) => before[name] !== after[name]).join(', ') || 'none';
}

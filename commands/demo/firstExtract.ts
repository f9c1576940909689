import type { Demo } from './context.ts';
import { describeTask, followTask } from './followTask.ts';
import { countFaceDescriptors, countTables } from './tables.ts';
import { checkTaskBooks } from './taskBooks.ts';

/** Every face gets a descriptor of the new version. */
export async function extractNewVersion(demo: Demo): Promise<void> {
  const { story, tasks, db, ledger, signal } = demo;
  story.step('A new network: give every face a descriptor of version 3 as well');
  const taskId = await tasks.postExtract(
    {
      extraction_target: 'face_descriptor',
      options: { missing: true, descriptor_version: 3 },
      filters: { objects_type: 'faces' },
    },
    'Upgrade to version 3',
  );
  story.say(`POST /4/tasks/additional_extract → task ${taskId}`);
  const task = await followTask(tasks, taskId, 'faces', { signal });
  story.say(describeTask(task));
  await checkTaskBooks(demo, 'extract of version 3', task);
  const { faces } = await countTables(db);
  ledger.expect('descriptors of version 3', faces, await countFaceDescriptors(db, 3));
}

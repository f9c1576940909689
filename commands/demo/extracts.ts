import type { TaskJson } from '../cli/taskCalls.ts';
import { checkTaskBooks, dealtWith, describeTask, followTask } from './followTask.ts';
import { killWorker } from './killWorker.ts';
import type { Demo } from './story.ts';
import { countFaceDescriptors, countTables } from './tables.ts';

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

const reaches = (share: number) => (task: TaskJson) =>
  dealtWith(task) >= share * task.progress.objects_expected;

/** A second, slower extract is cancelled, retried, and loses its worker in the middle. */
export async function extractWithTrouble(demo: Demo): Promise<void> {
  const { story, tasks, db, ledger, signal } = demo;
  const follow = (taskId: number, until?: (task: TaskJson) => boolean) =>
    followTask(tasks, taskId, 'faces', { signal, ...(until === undefined ? {} : { until }) });

  story.step('Second thoughts: an extract of version 2 is cancelled, and then retried');
  const taskId = await tasks.postExtract(
    {
      extraction_target: 'face_descriptor',
      options: { missing: true, descriptor_version: 2 },
      filters: { objects_type: 'faces' },
    },
    'Try version 2',
  );
  story.say(`POST /4/tasks/additional_extract → task ${taskId}`);
  await tasks.follow(taskId, { signal, until: ({ state }) => state === 'running' });
  await follow(taskId, reaches(0.15));
  const asked = performance.now();
  await tasks.act(taskId, 'cancel');
  const cancelled = await tasks.follow(taskId, { signal, everyMs: 20 });
  const seconds = (performance.now() - asked) / 1_000;
  const kept = await countFaceDescriptors(db, 2);
  story.say(`PATCH /4/tasks/${taskId} {"action":"cancel"} → ${describeTask(cancelled)}`);
  story.say(
    `it was cancelled after ${seconds.toFixed(1)} s; what it had done by then stays: ${kept} descriptors`,
  );
  ledger.expect('cancelled extract: state', 'cancelled', cancelled.state);
  ledger.expect('cancelled extract: descriptors as it says', cancelled.progress.objects_done, kept);

  await tasks.act(taskId, 'retry');
  story.say(`PATCH /4/tasks/${taskId} {"action":"retry"} → it goes on after object ${dealtWith(cancelled)}`);
  await follow(taskId, reaches(0.45));
  await killWorker(demo, taskId);
  const task = await follow(taskId);
  story.say(describeTask(task));
  await checkTaskBooks(demo, 'retried extract', task);
  ledger.expect(
    'descriptors of version 2',
    task.progress.objects_expected,
    await countFaceDescriptors(db, 2),
  );
}

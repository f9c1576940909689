import { peopleInSamplePhotos as people } from '../import/copySamplePhotos.ts';
import { dealtWith } from './bar.ts';
import { checkTaskBooks, describeTask, followTask } from './followTask.ts';
import { versions, type Demo } from './story.ts';
import { countDescriptors } from './tables.ts';

const version = versions.byHand;
/** So slow that it can be cancelled in the middle, whatever the machine. */
const objectsPerSecond = 5;

/** An extract by hand of those on the list, which is cancelled, and then retried. */
export async function haveSecondThoughts(demo: Demo): Promise<void> {
  const { story, tasks, db, ledger, signal } = demo;
  const held = async () => (await countDescriptors(db, version)).faces;

  story.step(`A single task: version ${version} for the faces of a list, cancelled and then retried`);
  const [list] = await db.query<{ id: string }>('select list_id as id from lists');
  const taskId = await tasks.postExtract(
    {
      extraction_target: 'face_descriptor',
      options: { missing: true, descriptor_version: version },
      filters: { objects_type: 'faces', list_id: list?.id },
    },
    `Try version ${version}`,
    { objects_per_second: objectsPerSecond },
  );
  story.say(`POST /4/tasks/additional_extract → task ${taskId}`);
  await tasks.follow(taskId, { signal, until: (task) => dealtWith(task) > 0 });
  const asked = performance.now();
  await tasks.act(taskId, 'cancel');
  const cancelled = await tasks.follow(taskId, { signal, everyMs: 20 });
  const seconds = (performance.now() - asked) / 1_000;
  const kept = await held();
  story.say(`PATCH /4/tasks/${taskId} {"action":"cancel"} → ${describeTask(cancelled)}`);
  story.say(`cancelled after ${seconds.toFixed(1)} s; what it did by then is kept: ${kept} descriptors`);
  ledger.expect('cancelled extract: state', 'cancelled', cancelled.state);
  ledger.expect('cancelled extract: descriptors as reported', cancelled.progress.objects_done, kept);

  await tasks.act(taskId, 'retry');
  story.say(
    `PATCH /4/tasks/${taskId} {"action":"retry"} → it continues after object ${dealtWith(cancelled)}`,
  );
  const task = await followTask(tasks, taskId, 'faces', { signal });
  story.say(describeTask(task));
  await checkTaskBooks(demo, 'retried extract', task);
  ledger.expect(`retried extract: descriptors of version ${version}`, people, await held());
}

import { peopleInSamplePhotos as people } from '../import/copySamplePhotos.ts';
import { describeTask } from './followTask.ts';
import { versions, type Demo } from './story.ts';
import { countDescriptors } from './tables.ts';

const version = versions.byHand;

/** What a task by hand has made is removed with an undo window, and put back to the last byte. */
export async function undoRemoval(demo: Demo): Promise<void> {
  const { story, tasks, db, ledger, signal } = demo;
  const held = async () => (await countDescriptors(db, version)).faces;
  story.step(`Undo a removal: version ${version} is removed and restored`);
  const before = await digest(demo);

  const content = { target: 'face_descriptors', filters: { descriptor_version: version } };
  const gcId = await tasks.postGc(content, `Remove version ${version}`, { undo_window: '1d' });
  story.say(`POST /4/tasks/gc {"content":${JSON.stringify(content)},"undo_window":"1d"} → task ${gcId}`);
  const gc = await tasks.follow(gcId, { signal });
  story.say(describeTask(gc));
  ledger.expect('undo: removed before it', people, gc.progress.objects_done);
  ledger.expect('undo: descriptors left before it', 0, await held());

  const { task_id: undoId } = await tasks.undo(gcId);
  story.say(`PATCH /4/tasks/${gcId} {"action":"undo"} → task ${undoId}`);
  const undo = await tasks.follow(undoId, { signal });
  story.say(describeTask(undo));
  ledger.expect('undo: final state', 'done', undo.state);
  ledger.expect('undo: put back', people, await held());
  const same = (await digest(demo)) === before ? 'the same' : 'others';
  ledger.expect('undo: rows to the last byte', 'the same', same);
}

async function digest({ db }: Demo): Promise<string | null> {
  const [row] = await db.query<{ digest: string | null }>(
    `select md5(string_agg(md5(d::text), '' order by face_id)) as digest
     from face_descriptors d where descriptor_version = $1`,
    [version],
  );
  return row?.digest ?? null;
}

import { v7 as newId } from 'uuid';
import { seedVolume } from '../../db/faces/seedVolume.ts';
import type { Bed } from './bed.ts';
import { runExtractTask } from './extractTask.ts';
import { dimension } from './freshTables.ts';
import { runGcTask } from './gcTask.ts';
import { logIn } from './loadHttp.ts';

export interface SoakWork {
  readonly faces: number;
  /** Samples of the bed's own account, which an extract has each round. */
  readonly samples: number;
  readonly version: number;
}

/** Done by the tasks of a round. */
export interface SoakRound {
  readonly tasks: number;
  readonly objects: number;
}

const pagesAround = 10;
const slowly = { objects_per_second: 1 };

/**
 * What people and their clients do in a day, at full speed: a gc of faces and one of events with their results read, a
 * gc that is paused, resumed, cancelled and retried, an extract, pages, a stream of changes that is left in the middle.
 * Leaves the tables as they were. @throws Error when a task ended otherwise than it should
 */
export async function soakOnce(bed: Bed, round: number, work: SoakWork): Promise<SoakRound> {
  const { faces, samples, version } = work;
  const half = Math.ceil(faces / 2);
  const [ofFaces, ofEvents, ofOrders] = [newId(), newId(), newId()];
  const seed = { versions: [{ version: 1, dimension }], seed: round };
  await seedVolume(bed.db, { ...seed, accountId: ofFaces, faces, events: 0 });
  await seedVolume(bed.db, { ...seed, accountId: ofEvents, faces: 0, events: half });
  await seedVolume(bed.db, { ...seed, accountId: ofOrders, faces: half, events: 0 });
  for (const [target, accountId, count] of [
    ['faces', ofFaces, faces],
    ['events', ofEvents, half],
  ] as const) {
    const content = { target, filters: { account_id: accountId }, remove_samples: true, store_results: true };
    const { taskId } = await runGcTask(bed, content, count);
    const { removed } = await bed.tasks.result(taskId);
    if (removed?.length !== count)
      throw new Error(`task ${taskId} told ${removed?.length ?? 0} ids of ${count}`);
  }
  await obey(bed, ofOrders, half);
  await bed.db.query('delete from face_descriptors where descriptor_version = $1', [version]);
  await runExtractTask(bed, { version, kind: 'face', expected: samples });
  await lookAround(bed);
  return { tasks: 4, objects: faces + 2 * half + samples };
}

/** A gc that is stopped and taken up again in every way. */
async function obey({ tasks, signal }: Bed, accountId: string, faces: number): Promise<void> {
  const content = { target: 'faces', filters: { account_id: accountId }, remove_samples: true };
  const taskId = await tasks.postGc(content, 'bench', slowly);
  const until = async (wanted: string): Promise<void> => {
    const { state } = await tasks.follow(taskId, { signal, until: (task) => task.state === wanted });
    if (state !== wanted) throw new Error(`task ${taskId} is ${state}, not ${wanted}`);
  };
  await until('running');
  await tasks.act(taskId, 'pause');
  await until('paused');
  await tasks.act(taskId, 'resume');
  await until('running');
  await tasks.act(taskId, 'cancel');
  await until('cancelled');
  await tasks.act(taskId, 'retry');
  await tasks.throttle(taskId, null);
  await until('done');
  const { progress } = await tasks.find(taskId);
  if (progress.objects_done !== faces)
    throw new Error(`task ${taskId} did ${progress.objects_done} of ${faces}`);
}

/** Pages by a session of its own, and the stream of all tasks, left after its first words. */
async function lookAround({ running, signal }: Bed): Promise<void> {
  const url = running.apiUrl;
  const fetched = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(`${url}${path}`, { signal, ...init });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const headers = { cookie: await logIn({ running }) };
  for (let n = 0; n < pagesAround; n++) {
    for (const path of ['/', '/tasks/view', '/errors/view', '/4/tasks', '/metrics', '/healthcheck']) {
      await (await fetched(path, { headers })).arrayBuffer();
    }
  }
  const leave = new AbortController();
  const stream = await fetched('/4/tasks/events', { headers, signal: leave.signal });
  await stream.body?.getReader().read();
  leave.abort();
}

import { createDatabase } from '../db/sql/connection.ts';
import { seedVolume } from '../db/faces/seedVolume.ts';
import { builtIn } from '../extraction/catalogue/catalogue.ts';
import { findNetwork, lengthOf } from '../extraction/catalogue/network.ts';
import type { ApiClient } from './cli/apiClient.ts';
import { createTaskCalls } from './cli/taskCalls.ts';

/** Ids of things that are there, by the name of the parameter that takes them. */
export type KnownIds = Readonly<
  Record<'account_id' | 'list_id' | 'task_id' | 'error_id' | 'schedule_id', string | number>
>;

const objects = 300;

/**
 * What made-up requests cannot make themselves, or would hardly find: a list with faces, events, a task that has
 * ended with a result and with errors, because its faces have no images, and a schedule.
 */
export async function seedCheckedSystem(
  api: ApiClient,
  { databaseUrl, login }: { readonly databaseUrl: string; readonly login: string },
): Promise<KnownIds> {
  const found = await api.get<{ data: { info: { account_id: string } } }>(
    `/search?q=${encodeURIComponent(login)}`,
  );
  const accountId = found.data.info.account_id;
  const version = 1;
  const dimension = lengthOf(findNetwork(builtIn, version, 'face')) ?? 0;
  const db = createDatabase({ url: databaseUrl, applicationName: 'luna-admin check:api', maxConnections: 2 });
  let listId: string;
  try {
    ({ listId } = await seedVolume(db, {
      ...{ accountId, faces: objects, events: objects, seed: 1 },
      versions: [{ version, dimension }],
    }));
  } finally {
    await db.close();
  }
  const calls = createTaskCalls(api);
  const taskId = await calls.postExtract(
    {
      extraction_target: 'face_descriptor',
      options: { missing: true, descriptor_version: 3 },
      filters: { objects_type: 'faces' },
    },
    'faces without images',
  );
  const { state } = await calls.follow(taskId, { limitMs: 120_000 });
  const [error] = await calls.errors(taskId);
  if (error === undefined) throw new Error(`the task that was to have errors is ${state} and has none`);
  const { schedule_id: scheduleId } = await api.post<{ schedule_id: number }>('/tasks/schedules', {
    ...{ task_type: 4, cron: '30 2 * * *', description: 'retention' },
    content: { target: 'events', filters: { create_time__lt: 'now-90d' } },
  });
  return {
    ...{ account_id: accountId, list_id: listId },
    ...{ task_id: taskId, error_id: error.error_id, schedule_id: scheduleId },
  };
}

import type { TaskWork } from '../../domain/tasks/engineTask.ts';
import { waitFor } from '../../test/support/waitFor.ts';
import type { Bed } from '../harness/bed.ts';
import { isOver, type Work } from './contender.ts';

/** All faces of the account with their children; samples stay. */
export const removalOf = (accountId: string): TaskWork => ({
  kind: 'gc',
  content: {
    ...{ target: 'faces', filters: { account_id: accountId } },
    ...{ remove_samples: false, remove_image_origins: false, store_results: true },
  },
});

/** Of faces that lack the version; default: of all. */
export const extractionOf = ({ running }: Bed, version: number, faceIds?: readonly string[]): TaskWork => ({
  kind: 'extract',
  content: {
    extraction_target: 'face_descriptor',
    filters: { objects_type: 'faces', ...(faceIds === undefined ? {} : { face_ids: faceIds }) },
    options: {
      ...{ missing: true, descriptor_version: version },
      default_descriptor_version: running.config.defaultDescriptorVersion,
    },
    store_results: true,
  },
});

/** As if it had never been extracted. */
export async function forgetVersion({ db }: Pick<Bed, 'db'>, version: number): Promise<void> {
  await db.query('delete from face_descriptors where descriptor_version = $1', [version]);
  await db.query('vacuum (analyze)');
  await db.query('checkpoint');
}

/** Batches that are committed: whoever does the work writes the result of each with it. */
export async function batchesOf({ db }: Pick<Bed, 'db'>, { taskId }: Work): Promise<number> {
  const [row] = await db.query<{ batches: number }>(
    'select count(*) as batches from task_result_chunks where task_id = $1',
    [taskId],
  );
  return row?.batches ?? 0;
}

export async function untilOver(work: Work, limitMs = 1_800_000): Promise<void> {
  await waitFor('the work to be over', async () => isOver(await work.look()), { limitMs, everyMs: 50 });
}

/** Until a killed process's statements have ended on the server, with their effect or without. */
export async function untilUnheard({ db }: Pick<Bed, 'db'>): Promise<void> {
  await waitFor('the connections of a killed worker to be closed', async () => {
    const [row] = await db.query<{ open: number }>(
      `select count(*) as open from pg_stat_activity
       where datname = current_database() and (application_name like 'luna-admin worker%' or application_name = 'peer')`,
    );
    return row?.open === 0;
  });
}

import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { createFolderStore } from '../imagestore/folder.ts';
import { makeWarps } from '../test/support/warps.ts';
import type { TaskPlan } from './plan.ts';

/** What a planned task is about: its order to the API, with faces of its own. */
export interface Job {
  readonly plan: TaskPlan;
  readonly path: '/tasks/gc' | '/tasks/additional_extract';
  readonly body: { readonly content: object; readonly objects_per_second: number };
}

export interface World {
  readonly jobs: readonly Job[];
  /** Images that are missing from the beginning. */
  readonly missingFiles: readonly string[];
}

const present = 1;
const wanted = 3;
// Versions that no network has: what gc of descriptors removes belongs to one task alone.
const firstOldVersion = 1_000;
const imagesOfGc = 100;
const anyImage = Buffer.from('an image');

/** Faces with everything that hangs on them, for every task its own: what tasks select never overlaps. */
export async function makeWorld(
  client: pg.Client,
  sampleFolder: string,
  plans: readonly TaskPlan[],
): Promise<World> {
  const images = createFolderStore(sampleFolder);
  const warps = await makeWarps(1);
  const missingFiles: string[] = [];
  const jobs: Job[] = [];
  for (const version of [present, wanted]) await addPartition(client, version);
  for (const [index, plan] of plans.entries()) {
    const accountId = randomUUID();
    const listId = randomUUID();
    const version = plan.kind === 'gc descriptors' ? firstOldVersion + index : present;
    if (version !== present) await addPartition(client, version);
    const keys = await addFaces(client, {
      ...{ accountId, listId, version, count: plan.objects },
      images: plan.kind === 'extract' ? plan.objects : imagesOfGc,
    });
    const isMissing = (n: number) => plan.kind === 'extract' && n % 13 === 12;
    missingFiles.push(...keys.filter((_, n) => isMissing(n)));
    await Promise.all(
      keys.map(async (key, n) => {
        if (!isMissing(n)) await images.put(key, plan.kind === 'extract' ? pick(warps, n) : anyImage);
      }),
    );
    jobs.push({ plan, ...orderOf(plan, accountId, listId, version) });
  }
  return { jobs, missingFiles };
}

function orderOf(
  plan: TaskPlan,
  account_id: string,
  list_id: string,
  descriptor_version: number,
): Pick<Job, 'path' | 'body'> {
  const filters = plan.onlyList ? { account_id, list_id } : { account_id };
  const common = { store_results: plan.storeResults };
  const objects_per_second = plan.perSecond;
  switch (plan.kind) {
    case 'gc faces':
      return {
        path: '/tasks/gc',
        body: {
          content: { ...common, target: 'faces', filters, remove_samples: plan.removeSamples },
          objects_per_second,
        },
      };
    case 'gc descriptors':
      return {
        path: '/tasks/gc',
        body: {
          content: { ...common, target: 'face_descriptors', filters: { descriptor_version } },
          objects_per_second,
        },
      };
    case 'extract':
      return {
        path: '/tasks/additional_extract',
        body: {
          content: {
            ...common,
            extraction_target: 'face_descriptor',
            options: { missing: true, descriptor_version: wanted },
            filters: { objects_type: 'faces', ...filters },
          },
          objects_per_second,
        },
      };
  }
}

async function addPartition(client: pg.Client, version: number): Promise<void> {
  await client.query(
    `create table if not exists face_descriptors_v${version} partition of face_descriptors for values in (${version})`,
  );
}

interface NewFaces {
  readonly accountId: string;
  readonly listId: string;
  readonly version: number;
  readonly count: number;
  /** How many of the samples have an image. */
  readonly images: number;
}

/** Answers the keys of the images that are to be stored. */
async function addFaces(client: pg.Client, faces: NewFaces): Promise<string[]> {
  const { rows } = await client.query<{ key: string | null }>(
    `with ids as materialized (
       select uuidv7() as id, n from generate_series(1, $4::integer) n
     ), new_faces as (
       insert into faces (face_id, account_id, create_time) select id, $1::uuid, now() - interval '1 day' from ids
     ), new_attributes as (
       insert into attributes (face_id, attribute_id) select id, gen_random_uuid() from ids
     ), new_descriptors as (
       insert into face_descriptors (face_id, descriptor_version, descriptor, create_time)
       select id, $3::integer, '\\x00000000', now() - interval '1 day' from ids
     ), new_links as (
       insert into list_faces (face_id, list_id) select id, $2::uuid from ids where n % 3 = 0
     )
     insert into samples (owner_id, kind, sample_id, storage_key)
     select id, 'face', gen_random_uuid(), case when n <= $5::integer then gen_random_uuid()::text end from ids
     returning storage_key as key`,
    [faces.accountId, faces.listId, faces.version, faces.count, faces.images],
  );
  return rows.flatMap(({ key }) => (key === null ? [] : [key]));
}

function pick<T>(values: readonly T[], n: number): T {
  const value = values[n % values.length];
  if (value === undefined) throw new RangeError('there is nothing to choose from');
  return value;
}

import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type pg from 'pg';
import { createFolderStore } from '../imagestore/folder.ts';
import { samplePath } from '../imagestore/samplePath.ts';
import { makeBodies } from '../test/support/rows/bodies.ts';
import { unmarked } from '../test/support/engine/unmarked.ts';
import { makeWarps } from '../test/support/warps.ts';
import { addObjects, addPartitions, thirdSource, type NewImage } from './addObjects.ts';
import { presentBody, presentFace, shapes, wantedBody, wantedFace } from './kinds.ts';
import { moods } from './origin.ts';
import type { TaskPlan } from './plan.ts';

/** What a planned task is about: its order to the API, with objects of its own. */
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

/** What every object that is made here is: a day old. */
export const oldEnough = { text: 'now-6h', seconds: 6 * 3_600 };

// Versions that no network has: what gc of descriptors removes belongs to one task alone.
const firstOwnVersion = 1_000;
const imagesOfGc = 100;
const anyImage = Buffer.from('an image');

/**
 * Objects with everything that hangs on them, for every task its own: what tasks select never overlaps. `signal` ends
 * it between two tasks.
 */
export async function makeWorld(
  client: pg.Client,
  sampleFolder: string,
  plans: readonly TaskPlan[],
  originUrl: string,
  signal: AbortSignal,
): Promise<World> {
  signal.throwIfAborted();
  const images = createFolderStore(sampleFolder, unmarked);
  const pictures = { face: await makeWarps(1), body: await makeBodies(signal) };
  const origins = moods.map((mood) => `${originUrl}/${mood}`);
  const missingFiles: string[] = [];
  const jobs: Job[] = [];
  for (const version of [presentFace, presentBody, wantedFace, wantedBody]) {
    await addPartitions(client, version);
  }
  for (const [index, plan] of plans.entries()) {
    signal.throwIfAborted();
    const { objects, reads } = shapes[plan.kind];
    const accountId = randomUUID();
    const listId = randomUUID();
    const ownVersion = firstOwnVersion + index;
    await addPartitions(client, ownVersion);
    const made = await addObjects(client, objects, {
      ...{ accountId, listId, origins, count: plan.objects, versions: versionsOf(plan, ownVersion) },
      imaged: reads === null ? imagesOfGc : plan.objects,
      // Some days are one task's alone, and some are not.
      ageDays: 1 + (index % 6),
    });
    const isMissing = ({ kind }: NewImage, n: number) => kind === reads && n % 13 === 12;
    const isUnreadable = ({ kind }: NewImage, n: number) => kind === reads && n % 17 === 16;
    const isNoFile = (image: NewImage, n: number) => isMissing(image, n) || isUnreadable(image, n);
    missingFiles.push(...made.filter(isNoFile).map(({ key }) => key));
    await Promise.all(
      made.map(async (image, n) => {
        const picture = image.kind === reads ? pick(pictures[reads], n) : anyImage;
        if (!isNoFile(image, n)) await images.put(image.key, picture);
        else if (!isMissing(image, n)) await mkdir(samplePath(sampleFolder, image.key), { recursive: true });
      }),
    );
    if (plan.kind === 'gc faces') await referToSome(client, accountId);
    const third = objects === 'faces' ? { list_id: listId } : { sources: [thirdSource] };
    const age = plan.byAge && plan.kind.startsWith('gc') ? { create_time__lt: oldEnough.text } : {};
    const filters = { account_id: accountId, ...age, ...(plan.onlyThird ? third : {}) };
    jobs.push(orderOf(plan, { filters, ownVersion }));
  }
  return { jobs, missingFiles };
}

/** Somebody else's table whose rows keep some faces from being removed. */
async function referToSome(client: pg.Client, accountId: string): Promise<void> {
  await client.query(
    'create table if not exists visits (visit_id bigint generated always as identity, face_id uuid references faces)',
  );
  await client.query('create index if not exists visits_of_face on visits (face_id)');
  await client.query(
    `insert into visits (face_id) select face_id from (
       select face_id, row_number() over (order by face_id) n from faces where account_id = $1) f where n % 997 = 500`,
    [accountId],
  );
}

/** `onlyThird` of a gc of descriptors: the other type has the same version, and stays. */
function versionsOf({ kind, onlyThird }: TaskPlan, ownVersion: number) {
  const own = shapes[kind].ownVersion;
  const has = (type: 'face' | 'body') => own === type || (own !== null && onlyThird);
  return { face: has('face') ? ownVersion : presentFace, body: has('body') ? ownVersion : presentBody };
}

function orderOf(plan: TaskPlan, selected: { filters: object; ownVersion: number }): Job {
  return {
    plan,
    path: plan.kind.startsWith('gc') ? '/tasks/gc' : '/tasks/additional_extract',
    body: {
      content: { ...shapes[plan.kind].content(plan, selected), store_results: plan.storeResults },
      ...(plan.kind.startsWith('gc') ? mannerOf(plan) : {}),
      objects_per_second: plan.perSecond,
    },
  };
}

function mannerOf({ manner }: TaskPlan): object {
  if (manner === 'rehearsal') return { rehearsal: true };
  return manner === 'undoable' ? { undo_window: '1d' } : {};
}

function pick<T>(values: readonly T[], n: number): T {
  const value = values[n % values.length];
  if (value === undefined) throw new RangeError('there is nothing to choose from');
  return value;
}

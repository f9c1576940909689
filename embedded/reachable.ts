import { chown, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '../platform/logger.ts';
import type { SystemUser } from './postgresUser.ts';

/** Whether the user may enter every folder on the way to `path` (root's home, for one, lets nobody through). */
export async function isReachableBy({ uid, gid }: SystemUser, path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid: owner, gid: group } = await stat(folder);
    const mayEnter = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & mayEnter) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** `folder`, or one elsewhere when the user cannot reach it. */
export async function reachableFolder(user: SystemUser, folder: string, log: Logger): Promise<string> {
  return (await isReachableBy(user, join(folder, 'any'))) ? folder : placeElsewhere(user, folder, log);
}

/** A folder of the user that is `folder`'s from now on: `folder/place` names it, so that whoever removes `folder` begins anew. */
export async function placeElsewhere(user: SystemUser, folder: string, log: Logger): Promise<string> {
  const known = await findPlace(folder);
  if (known !== null) return known;
  const place = await mkdtemp('/var/tmp/luna-admin-postgres-');
  await chown(place, user.uid, user.gid);
  await writeFile(placeFile(folder), `${place}\n`);
  log.warn(
    { place },
    'PostgreSQL cannot run as root, and other users cannot enter this folder; its files are kept elsewhere',
  );
  return place;
}

/** Null: `folder` has none elsewhere. */
export async function findPlace(folder: string): Promise<string | null> {
  const place = (await readFile(placeFile(folder), 'utf8').catch(() => '')).trim();
  return place !== '' && (await exists(place)) ? place : null;
}

const placeFile = (folder: string): string => join(folder, 'place');

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

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

/**
 * `folder`, or when the user cannot reach it a folder elsewhere that is this one's from now on: `folder/place`
 * names it, so that whoever removes `folder` begins anew.
 */
export async function reachableFolder(user: SystemUser, folder: string, log: Logger): Promise<string> {
  if (await isReachableBy(user, join(folder, 'any'))) return folder;
  const file = join(folder, 'place');
  const known = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (known !== '' && (await exists(known))) return known;
  const place = await mkdtemp('/var/tmp/luna-admin-postgres-');
  await chown(place, user.uid, user.gid);
  await writeFile(file, `${place}\n`);
  log.warn(
    { place },
    `PostgreSQL does not run as root, and others cannot enter ${folder}; its files are elsewhere`,
  );
  return place;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

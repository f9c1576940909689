import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from '../platform/logger.ts';
import type { SystemUser } from './postgresUser.ts';
import { findPlace, placeElsewhere, reachableFolder } from './reachable.ts';

/** A user who may not pass the folders above another one can still be started in it, and knows it by this name. */
const ownFolder = process.platform === 'linux' ? '/proc/self/cwd' : null;

/** What PostgreSQL, which is started in its data folder, calls it. */
export function nameForServer(folder: string, user: SystemUser | null): string {
  return user === null ? folder : (ownFolder ?? folder);
}

/** Where the cluster is: `DATA_DIR/postgres`, unless an earlier release had to put it elsewhere, or this one has to. */
export async function postgresFolder(dataDir: string, user: SystemUser | null, log: Logger): Promise<string> {
  const folder = resolve(dataDir, 'postgres');
  await mkdir(folder, { recursive: true });
  if (user === null) return folder;
  if (ownFolder === null) return reachableFolder(user, folder, log);
  const place = await findPlace(folder);
  return place !== null && existsSync(join(place, 'cluster')) ? place : folder;
}

/** Where to put a copy of the programs for a user who cannot reach them: they are named by their whole path. */
export function programsFolder(dataDir: string, user: SystemUser, log: Logger): Promise<string> {
  return placeElsewhere(user, resolve(dataDir, 'postgres'), log);
}

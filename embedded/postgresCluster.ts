import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresBinaries } from './postgresBinaries.ts';
import { nameForServer } from './postgresFolder.ts';
import type { SystemUser } from './postgresUser.ts';
import { runProgram } from './runProgram.ts';

export const databaseName = 'luna_admin';

const builtin = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
// Before 17 the system has to have that locale.
const ofSystem = ['--locale=C.UTF-8'];

export interface Cluster {
  /** PostgreSQL's own data folder. */
  readonly folder: string;
  readonly password: string;
}

/** The database files under `folder`, made with an empty database when there are none yet. */
export async function prepareCluster(
  folder: string,
  { initdb, postgres }: PostgresBinaries,
  user: SystemUser | null,
): Promise<Cluster> {
  if (user !== null) await chown(folder, user.uid, user.gid);
  const cluster = join(folder, 'cluster');
  const passwordFile = join(folder, 'password');
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => null);
  const { stdout } = await runProgram(postgres, ['--version']);
  if (version !== null) {
    if (!stdout.includes(` ${version.trim()}.`)) {
      throw new Error(`${cluster} belongs to PostgreSQL ${version.trim()}, and this is ${stdout.trim()}`);
    }
    return { folder: cluster, password: (await readFile(passwordFile, 'utf8')).trim() };
  }

  const unfinished = join(folder, 'cluster.new');
  await rm(unfinished, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  const password = randomBytes(18).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== null) await chown(passwordFile, user.uid, user.gid);
  await mkdir(unfinished, { mode: 0o700 });
  if (user !== null) await chown(unfinished, user.uid, user.gid);
  const as = { cwd: unfinished, ...user };
  const data = nameForServer(unfinished, user);
  const login = ['--username=postgres', '--pwfile=../password', '--auth=scram-sha-256'];
  const major = Number(/\d+/.exec(stdout)?.[0]);
  const encoding = ['--encoding=UTF8', ...(major < 17 ? ofSystem : builtin)];
  await runProgram(initdb, [`--pgdata=${data}`, ...login, ...encoding], as);
  // Single-user mode makes the database without a client library and before anybody can connect.
  const single = runProgram(postgres, ['--single', '-D', data, 'postgres'], as);
  single.child.stdin?.end(`CREATE DATABASE ${databaseName}\n`);
  await single;
  // A start that is killed half-way leaves cluster.new behind, never half a cluster.
  await rename(unfinished, cluster);
  return { folder: cluster, password };
}

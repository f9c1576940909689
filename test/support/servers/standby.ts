import { appendFile, chown, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { postgresFolder } from '../../../embedded/postgresFolder.ts';
import { findPostgresUser } from '../../../embedded/postgresUser.ts';
import { createLogger } from '../../../platform/logger.ts';
import { createTestFolder } from '../folder.ts';
import { serverIn, type PostgresServer, type Settings } from './postgresServer.ts';

/** Of an embedded PostgreSQL that a standby is to follow. */
export const primarySettings = { wal_level: 'replica', max_wal_senders: '4', wal_keep_size: '1GB' };

/** A streaming standby of the embedded PostgreSQL in `dataDir`, from a base backup that is made while it runs. */
export async function startStandby(
  dataDir: string,
  primaryUrl: string,
  name: string,
  { port, settings = primarySettings }: { readonly port?: number; readonly settings?: Settings } = {},
): Promise<PostgresServer> {
  const log = createLogger({ name: 'standby', level: 'silent', format: 'json' });
  const user = await findPostgresUser();
  const folder = await createTestFolder('standby');
  const [from, to] = [await postgresFolder(dataDir, user, log), await postgresFolder(folder.path, user, log)];
  const primary = new pg.Client({ connectionString: primaryUrl });
  await primary.connect();
  try {
    // One session: the backup ends with it.
    const { rows: servers } = await primary.query<{ version: number }>(
      `select current_setting('server_version_num')::integer as version`,
    );
    const isOld = (servers[0]?.version ?? 0) < 150_000;
    await primary.query(
      isOld ? "select pg_start_backup('standby', true, false)" : "select pg_backup_start('standby', true)",
    );
    await copyFolder(from, to);
    const { rows } = await primary.query<{ labelfile: string }>(
      `select labelfile from ${isOld ? 'pg_stop_backup(false, false)' : 'pg_backup_stop(wait_for_archive => false)'}`,
    );
    const cluster = join(to, 'cluster');
    await writeFile(join(cluster, 'backup_label'), rows[0]?.labelfile ?? '');
    await writeFile(join(cluster, 'standby.signal'), '');
    const { hostname, port, username, password } = new URL(primaryUrl);
    const connection = `host=${hostname} port=${port} user=${username} password=${password} application_name=${name}`;
    await appendFile(join(cluster, 'postgresql.auto.conf'), `primary_conninfo = '${connection}'\n`);
    if (user !== null) {
      for (const file of ['.', ...(await readdir(to, { recursive: true }))])
        await chown(join(to, file), user.uid, user.gid);
    }
  } finally {
    await primary.end();
  }
  await rm(join(to, 'port'), { force: true });
  return serverIn(folder, { ...settings, hot_standby: 'on' }, port);
}

/** As pg_basebackup does it: what is dropped meanwhile is in the log. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await unlessGone(readdir(from, { withFileTypes: true }), [])) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (isOfServer(source)) continue;
    await (entry.isDirectory()
      ? copyFolder(source, target)
      : unlessGone(copyFile(source, target), undefined));
  }
}

async function unlessGone<T>(work: Promise<T>, instead: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return instead;
    throw error;
  }
}

const isOfServer = (path: string): boolean =>
  /\/(?:postmaster\.(?:pid|opts)|pgsql_tmp|pg_wal\/[0-9A-F]{24})$/.test(path);

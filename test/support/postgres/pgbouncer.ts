import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isListening, rememberedPort } from '../../../embedded/ports.ts';
import { findPostgresUser } from '../../../embedded/postgresUser.ts';
import { createTestFolder } from '../folder.ts';
import { waitFor } from '../waitFor.ts';
import { pgbouncerProgram } from './installPgbouncer.ts';

export interface Pgbouncer {
  readonly port: number;
  /** The same database by way of it. */
  urlOf(url: string): string;
  stop(): Promise<void>;
}

export interface PgbouncerOptions {
  /** A server whose databases, user and password it takes over. */
  readonly url: string;
  /** Several to which it goes in turns, all at the port of `url`; default: the host of `url`. */
  readonly hosts?: readonly string[];
  /** Of its configuration, beside what has to be there. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** PgBouncer in transaction mode, with fewer connections than its clients have. */
export async function startPgbouncer({ url, hosts, settings = {} }: PgbouncerOptions): Promise<Pgbouncer> {
  const folder = await createTestFolder('pgbouncer');
  await chmod(folder.path, 0o755);
  const { hostname, port: serverPort, username, password } = new URL(url);
  const port = await rememberedPort(join(folder.path, 'port'));
  const users = join(folder.path, 'users');
  await writeFile(users, `"${username}" "${password}"\n`);
  const all = {
    ...{ listen_addr: '127.0.0.1', listen_port: String(port), unix_socket_dir: '' },
    ...{ auth_type: 'scram-sha-256', auth_file: users, pool_mode: 'transaction' },
    ...{ default_pool_size: '6', max_client_conn: '500', ...settings },
  };
  const file = join(folder.path, 'pgbouncer.ini');
  await writeFile(
    file,
    [
      '[databases]',
      `* = host=${(hosts ?? [hostname]).join(',')} port=${serverPort}`,
      '[pgbouncer]',
      ...Object.entries(all).map(([name, value]) => `${name} = ${value}`),
      '',
    ].join('\n'),
  );
  const program = await pgbouncerProgram();
  // It refuses to run as root.
  const user = (await findPostgresUser()) === null ? [] : ['-u', 'postgres'];
  const child = spawn(program.file, ['-q', ...user, file], {
    env: { LD_LIBRARY_PATH: program.libraries },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await waitFor('PgBouncer to listen', async () => child.exitCode !== null || (await isListening(port)));
  if (child.exitCode !== null) throw new Error(`PgBouncer has ended with status ${child.exitCode}`);
  return {
    port,
    urlOf: (direct) => {
      const address = new URL(direct);
      address.port = String(port);
      return address.href;
    },
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await folder.remove();
    },
  };
}

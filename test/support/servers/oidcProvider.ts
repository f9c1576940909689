import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { createTestFolder } from '../folder.ts';
import { plainEnvironment } from '../../../platform/childEnvironment.ts';

export const oidcClient = { clientId: 'luna-admin', clientSecret: 'a secret of the tests, long enough' };

/** A real OpenID provider, in a process of its own. `backchannel`: where it tells of log-outs. */
export async function startOidcProvider(options: { port?: number; backchannel?: string } = {}) {
  const port = options.port ?? (await freePort());
  const folder = await createTestFolder('oidc');
  const groupsFile = join(folder.path, 'groups.json');
  const setGroups = (groups: Readonly<Record<string, readonly string[]>>): Promise<void> =>
    writeFile(groupsFile, JSON.stringify(groups));
  await setGroups({});
  const child = spawn(process.execPath, ['test/support/oidc/provider.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...plainEnvironment(),
      OIDC_PORT: String(port),
      OIDC_GROUPS_FILE: groupsFile,
      ...(options.backchannel === undefined ? {} : { OIDC_BACKCHANNEL: options.backchannel }),
    },
  });
  const lines = createInterface(child.stdout);
  await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the provider has ended'))),
  ]);
  return {
    issuer: `http://127.0.0.1:${port}`,
    /** By login, from the next log-in on. */
    setGroups,
    close: async (): Promise<void> => {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await folder.remove();
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

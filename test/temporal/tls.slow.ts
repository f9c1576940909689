import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createServer, type Server } from 'node:tls';
import { loadConfig } from '../../platform/config.ts';
import { connectionSettings } from '../../temporal/connectionOptions.ts';
import { NativeConnection } from '@temporalio/worker';
import { createGateway } from '../../temporal/gateway.ts';
import { makeAuthority, type MadeCertificate } from '../support/certificates.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { testTemporalAddress } from '../support/servers/database.ts';

let folder: TestFolder;
let front: Server;
let authority: Awaited<ReturnType<typeof makeAuthority>>;
let stranger: Awaited<ReturnType<typeof makeAuthority>>;
let client: MadeCertificate;
let foreign: MadeCertificate;

/** The server of the tests speaks no TLS: this stands before it, and lets in only clients that the authority has signed. */
before(async () => {
  folder = await createTestFolder('temporal-tls');
  authority = await makeAuthority(folder.path);
  stranger = await makeAuthority(folder.path, 'stranger');
  const { cert, key } = await authority.issue('temporal', 'DNS:temporal');
  client = await authority.issue('client', 'DNS:client');
  foreign = await stranger.issue('foreign', 'DNS:client');
  const [host = '', port = ''] = testTemporalAddress().split(':');
  front = createServer(
    { cert, key, ca: authority.cert, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] },
    (socket) => {
      const behind = connect(Number(port), host);
      socket.on('error', () => behind.destroy()).on('close', () => behind.destroy());
      behind.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.pipe(behind).pipe(socket);
    },
  ).listen(0, '127.0.0.1');
  await once(front, 'listening');
});
after(async () => {
  front.close();
  await folder.remove();
});

/** As the settings of an API and a worker say; `localhost` is not in the certificate. */
const settings = (env: Record<string, string>) =>
  connectionSettings(loadConfig({ TEMPORAL_TLS_SERVER_NAME: 'temporal', ...env }), address());
const address = (): string => `127.0.0.1:${(front.address() as AddressInfo).port}`;
const pairOf = ({ cert, key }: MadeCertificate) => ({ TEMPORAL_TLS_CERT: cert, TEMPORAL_TLS_KEY: key });

const ways: Readonly<Record<string, (env: Record<string, string>) => Promise<unknown>>> = {
  'an API': async (env) => {
    const options = { namespace: 'default', taskQueuePrefix: '', deadlineMs: 5_000 };
    const gateway = createGateway({ ...options, connection: settings(env) });
    await gateway.check().finally(() => gateway.close());
  },
  'a worker': async (env) => {
    const connection = await NativeConnection.connect(settings(env));
    await connection.workflowService
      .describeNamespace({ namespace: 'default' })
      .finally(() => connection.close());
  },
};

for (const [name, ask] of Object.entries(ways)) {
  test(`${name} with its client certificate works with a Temporal that asks for one`, async () => {
    await ask({ TEMPORAL_TLS_CA: authority.cert, ...pairOf(client) });
  });

  test(`${name} without a client certificate, or with a stranger's, is refused by Temporal`, async () => {
    await assert.rejects(ask({ TEMPORAL_TLS_CA: authority.cert }));
    await assert.rejects(ask({ TEMPORAL_TLS_CA: authority.cert, ...pairOf(foreign) }));
  });

  test(`${name} refuses a Temporal whose certificate another authority has signed, or that has another name`, async () => {
    await assert.rejects(ask({ TEMPORAL_TLS_CA: stranger.cert, ...pairOf(client) }));
    const renamed = { TEMPORAL_TLS_SERVER_NAME: 'elsewhere' };
    await assert.rejects(ask({ TEMPORAL_TLS_CA: authority.cert, ...pairOf(client), ...renamed }));
  });
}

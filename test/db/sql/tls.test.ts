import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { createSecureContext, TLSSocket } from 'node:tls';
import { createDatabase } from '../../../db/sql/connection.ts';
import { createRecords } from '../../../db/sql/records.ts';
import { makeAuthority } from '../../support/certificates.ts';
import { createTestFolder } from '../../support/folder.ts';
import { createTestDatabase } from '../../support/servers/database.ts';

const folder = await createTestFolder('tls');
const database = await createTestDatabase();
const authority = await makeAuthority(folder.path);
const stranger = await makeAuthority(folder.path, 'stranger');
const { cert, key } = await authority.issue('postgresql', 'DNS:localhost');
const real = new URL(database.url);

// The server of the tests has no certificate: this stands before it, and refuses who does not ask for TLS.
const front = createServer((socket) => void accept(socket).catch(() => socket.destroy()));
front.listen(0, '127.0.0.1');
await once(front, 'listening');
after(async () => {
  front.close();
  await database.drop();
  await folder.remove();
});

async function accept(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  const [request] = (await once(socket, 'data')) as [Buffer];
  // SSLRequest, as PostgreSQL's protocol has it.
  if (request.length !== 8 || request.readInt32BE(4) !== 80_877_103) throw new Error('not encrypted');
  socket.write('S');
  const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert, key }) });
  const behind = connect(Number(real.port), real.hostname);
  secure.on('error', () => behind.destroy()).on('close', () => behind.destroy());
  behind.on('error', () => secure.destroy());
  secure.pipe(behind).pipe(secure);
}

function urlBy(host: string, ca: string): string {
  const url = new URL(database.url);
  url.host = `${host}:${(front.address() as AddressInfo).port}`;
  url.search = new URLSearchParams({ sslmode: 'verify-full', sslrootcert: ca }).toString();
  return url.href;
}

const ways = {
  statements: async (url: string) => {
    const db = createDatabase({ url, applicationName: 'test', maxConnections: 1 });
    await db.query('select 1').finally(() => db.close());
  },
  models: async (url: string) => {
    const records = createRecords({ url, applicationName: 'test', maxConnections: 1 });
    await records.sequelize.query('select 1').finally(() => records.close());
  },
};

for (const [name, ask] of Object.entries(ways)) {
  test(`PostgreSQL is reached with verify-full, and not with another authority or name: ${name}`, async () => {
    await ask(urlBy('localhost', authority.certFile));
    await assert.rejects(ask(urlBy('localhost', stranger.certFile)), /certificate|verify/);
    await assert.rejects(ask(urlBy('127.0.0.1', authority.certFile)), /altnames|IP/);
  });
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tls from 'node:tls';
import { request } from '../../../extraction/remote/request.ts';
import { ConfigError } from '../../../platform/config.ts';
import { createGuardedRequest } from '../../../platform/outgoing/guardedRequest.ts';
import { limitOutgoingTrust } from '../../../platform/outgoing/outgoingTrust.ts';
import { makeAuthority } from '../../support/certificates.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { closeServer } from '../../support/servers/closeServer.ts';

const { getCACertificates, setDefaultCACertificates } = tls as unknown as {
  getCACertificates: (kind: 'default') => string[];
  setDefaultCACertificates: (certificates: readonly string[]) => void;
};

const usual = getCACertificates('default');
let folder: TestFolder;
let server: Server;
let url: string;
let authorities: { readonly mine: string; readonly others: string; readonly leaf: string };
before(async () => {
  folder = await createTestFolder('trust');
  const mine = await makeAuthority(folder.path, 'mine');
  const others = await makeAuthority(folder.path, 'others');
  const { cert, key, certFile } = await mine.issue('receiver', 'IP:127.0.0.1');
  authorities = { mine: mine.certFile, others: others.certFile, leaf: certFile };
  server = createServer({ cert, key }, (_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
after(async () => {
  setDefaultCACertificates(usual);
  await closeServer(server);
  await folder.remove();
});

/** Each of them opens a connection of its own. */
const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  'a webhook': async () => {
    const client = createGuardedRequest({ hosts: ['127.0.0.1:*'], deadlineMs: 5_000 });
    await client.send({ method: 'POST', url }).finally(() => client.close());
  },
  'a remote extractor': () =>
    request(new URL(url), {
      ...{ headers: { connection: 'close' }, timeoutMs: 5_000, mostBytes: 100 },
      signal: new AbortController().signal,
    }),
};

for (const [name, ask] of Object.entries(ways)) {
  test(`${name} with a certificate of an internal authority is asked if OUTGOING_CA names that one, and no other`, async () => {
    setDefaultCACertificates(usual);
    await assert.rejects(
      ask(),
      /certificate|UNABLE_TO_VERIFY|SELF_SIGNED/,
      'the public authorities do not know it',
    );
    limitOutgoingTrust({ outgoingCa: authorities.others });
    await assert.rejects(
      ask(),
      /certificate|UNABLE_TO_VERIFY|SELF_SIGNED/,
      'another authority does not know it',
    );
    limitOutgoingTrust({ outgoingCa: authorities.mine });
    await ask();
  });
}

test('with OUTGOING_CA no public authority is trusted', () => {
  limitOutgoingTrust({ outgoingCa: authorities.mine });
  assert.equal(getCACertificates('default').length, 1);
});

test('a file without certificates of authorities is refused at the start', async () => {
  const broken = join(folder.path, 'broken.pem');
  await writeFile(broken, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const empty = join(folder.path, 'empty.pem');
  await writeFile(empty, '');
  for (const [outgoingCa, reason] of [
    [join(folder.path, 'nowhere.pem'), /OUTGOING_CA: ENOENT/],
    [empty, /OUTGOING_CA: no certificate in/],
    [broken, /OUTGOING_CA: /],
    [authorities.leaf, /not an authority's/],
  ] as const)
    assert.throws(
      () => limitOutgoingTrust({ outgoingCa }),
      (error) => error instanceof ConfigError && reason.test(error.message),
      outgoingCa,
    );
});

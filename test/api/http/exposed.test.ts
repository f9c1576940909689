import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { after, before, test } from 'node:test';
import { startWaitingServer } from '../../../api/http/waitingServer.ts';
import { openCertificate } from '../../../platform/crypto/certificate.ts';
import { createLogger } from '../../../platform/logger.ts';
import { startStatusServer } from '../../../temporal/statusServer.ts';
import { assetFiles, assetPrefix } from '../../../views/assetFiles.ts';
import { makeAuthority } from '../../support/certificates.ts';
import { createTestFolder } from '../../support/folder.ts';
import { startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';

let api: ApiServer;
before(async () => {
  api = await startApiServer({ trustProxy: '1' });
});
after(() => api.close());

test('figures for Prometheus are answered to those who ask the process itself, not through a proxy', async () => {
  const passedOn = { 'x-forwarded-for': '203.0.113.7' };
  for (const path of ['/metrics', '/METRICS/']) {
    assert.equal((await fetch(api.url + path)).status, 200, path);
    assert.equal((await fetch(api.url + path, { headers: passedOn })).status, 404, path);
  }
  assert.equal((await fetch(`${api.url}/version`, { headers: passedOn })).status, 200);
});

test('every text file that pages load names its charset', async () => {
  for (const name of assetFiles.keys()) {
    const answer = await fetch(`${api.url}${assetPrefix}/${name}`);
    await answer.body?.cancel();
    const type = answer.headers.get('content-type') ?? '';
    if (/^text|xml|script|json/.test(type)) assert.match(type, /; charset=utf-8$/i, name);
    else assert.match(type, /^(image|font)\//, name);
  }
});

test("a worker's own port speaks HTTPS alone if it has a certificate", async () => {
  const folder = await createTestFolder('worker-tls');
  const authority = await makeAuthority(folder.path);
  const { certFile, keyFile } = await authority.issue('worker', 'IP:127.0.0.1');
  const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
  const certificate = await openCertificate({ tlsCert: certFile, tlsKey: keyFile }, log);
  const server = await startStatusServer({
    ...{ host: '127.0.0.1', port: 0, figures: [], contentType: 'text/plain; charset=utf-8', checks: [] },
    ...{ isAlive: () => true, log, certificate },
  });
  try {
    assert.match(server.url, /^https:/);
    const [answer] = (await once(
      get(`${server.url}/livez`, { ca: authority.cert, agent: false }),
      'response',
    )) as [IncomingMessage];
    answer.resume();
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000; includeSubDomains');
    await assert.rejects(fetch(server.url.replace('https:', 'http:')));
  } finally {
    server.close();
    certificate?.close();
    await folder.remove();
  }
});

async function assertSafe(url: string, isSecure: boolean): Promise<void> {
  const { headers, body } = await fetch(url);
  await body?.cancel();
  const year = 'max-age=31536000; includeSubDomains';
  assert.equal(headers.get('x-content-type-options'), 'nosniff', url);
  assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, url);
  assert.equal(headers.get('strict-transport-security'), isSecure ? year : null, url);
  assert.equal(headers.get('cache-control'), 'no-store', url);
}

test('while the API waits for its database, its answers have the headers that keep browsers safe', async () => {
  for (const secureCookies of [true, false]) {
    // A free port of another address of this machine: the one that the API has at its own.
    const { port } = new URL(api.url);
    const server = await startWaitingServer(
      { host: '127.0.0.2', port: Number(port), secureCookies },
      undefined,
    );
    try {
      for (const path of ['/version', '/healthcheck', '/4/tasks', '/nowhere'])
        await assertSafe(`http://127.0.0.2:${port}${path}`, secureCookies);
    } finally {
      await server.close();
    }
  }
});

test("a worker's own port answers with the headers that keep browsers safe", async () => {
  const server = await startStatusServer({
    ...{ host: '127.0.0.1', port: 0, figures: [], contentType: 'text/plain; charset=utf-8', checks: [] },
    ...{ isAlive: () => true, log: createLogger({ name: 'test', level: 'silent', format: 'json' }) },
  });
  try {
    for (const path of ['/metrics', '/healthcheck', '/livez', '/nowhere'])
      await assertSafe(server.url + path, false);
  } finally {
    server.close();
  }
});

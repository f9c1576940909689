import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test, type TestContext } from 'node:test';
import { connect, type SecureVersion } from 'node:tls';
import { startHttpServer, type HttpServer } from '../../../api/http/httpServer.ts';
import { openCertificate, type Certificate } from '../../../platform/crypto/certificate.ts';
import { ConfigError } from '../../../platform/config.ts';
import { createLogger } from '../../../platform/logger.ts';
import { makeAuthority, type MadeCertificate } from '../../support/certificates.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { waitFor } from '../../support/waitFor.ts';

let folder: TestFolder;
let authority: Awaited<ReturnType<typeof makeAuthority>>;
let first: MadeCertificate;
let second: MadeCertificate;
before(async () => {
  folder = await createTestFolder('tls');
  authority = await makeAuthority(folder.path);
  first = await authority.issue('first', 'IP:127.0.0.1');
  second = await authority.issue('second', 'IP:127.0.0.1');
});
after(() => folder.remove());

interface Served extends HttpServer {
  readonly port: number;
  readonly log: () => string;
  readonly certificate: Certificate;
}

async function serve(t: TestContext, tlsCert: string, tlsKey: string): Promise<Served> {
  let written = '';
  const destination = new PassThrough().on('data', (chunk: Buffer) => (written += chunk.toString()));
  const log = createLogger({ name: 'api', level: 'info', format: 'json', destination });
  const certificate = await openCertificate({ tlsCert, tlsKey }, log, 20);
  assert.ok(certificate);
  const server = await startHttpServer((_request, response) => response.end('here'), {
    ...{ host: '127.0.0.1', port: 0, limitMs: 100, certificate },
  });
  t.after(async () => {
    certificate.close();
    await server.stop();
  });
  return { ...server, certificate, port: Number(new URL(server.url).port), log: () => written };
}

/** A copy of both files at places of their own. */
async function place(name: string, { cert, key }: MadeCertificate) {
  const path = join(folder.path, name);
  await mkdir(path, { recursive: true });
  const files = { cert: join(path, 'tls.crt'), key: join(path, 'tls.key') };
  await writeFile(files.cert, cert);
  await writeFile(files.key, key);
  return { path, ...files };
}

/** Of the certificate that a new connection gets. */
async function servedName(port: number): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1', ca: authority.cert });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return Array.isArray(CN) ? CN[0] : CN;
}

async function protocolOf(port: number, version: SecureVersion): Promise<string | null> {
  const socket = connect({
    ...{ port, host: '127.0.0.1', ca: authority.cert, minVersion: version, maxVersion: version },
    // Else the client itself would refuse an old one.
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  await once(socket, 'secureConnect');
  const protocol = socket.getProtocol();
  socket.destroy();
  return protocol;
}

test('the API speaks HTTPS, with TLS 1.2 and 1.3 and no older one', async (t) => {
  const { url, port } = await serve(t, first.certFile, first.keyFile);
  assert.match(url, /^https:/);
  const [answer] = (await once(get(url, { ca: authority.cert, agent: false }), 'response')) as [
    { statusCode: number; resume(): void },
  ];
  answer.resume();
  assert.equal(answer.statusCode, 200);
  assert.equal(await protocolOf(port, 'TLSv1.2'), 'TLSv1.2');
  assert.equal(await protocolOf(port, 'TLSv1.3'), 'TLSv1.3');
  for (const version of ['TLSv1', 'TLSv1.1'] as const)
    await assert.rejects(protocolOf(port, version), /alert|protocol|version/i, version);
  await assert.rejects(fetch(url.replace('https:', 'http:')), 'plain HTTP is not answered');
});

/** What is agreed on by a client that has only these ciphers; it throws where there is none in common. */
async function cipherOf(port: number, ciphers: string): Promise<string> {
  const socket = connect({
    ...{ port, host: '127.0.0.1', ca: authority.cert },
    ...{ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` },
  });
  await once(socket, 'secureConnect');
  const { name } = socket.getCipher();
  socket.destroy();
  return name;
}

test('the API agrees on keys of one connection and authenticated encryption alone, the strongest first', async (t) => {
  const { port } = await serve(t, first.certFile, first.keyFile);
  for (const old of [
    'ECDHE-ECDSA-AES256-SHA384',
    'ECDHE-ECDSA-AES128-SHA256',
    'ECDHE-ECDSA-AES128-SHA',
    'AES256-SHA',
  ])
    await assert.rejects(cipherOf(port, old), /alert|handshake|no shared|reset/i, old);
  const weakestFirst = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384';
  assert.equal(await cipherOf(port, weakestFirst), 'ECDHE-ECDSA-AES256-GCM-SHA384');
});

test('a private key of fewer than 128 bits of strength is refused, at the start and as a renewal', async (t) => {
  const issue = (name: string, kind: readonly string[]) => authority.issue(name, 'IP:127.0.0.1', kind);
  const weak = await issue('weak', ['rsa:2048']);
  const strong = await issue('strong', ['rsa:3072']);
  const log = createLogger({ name: 'api', level: 'silent', format: 'json' });
  const reason = 'rsa of 2048 bits has fewer than 128 bits of strength: use EC P-256, or RSA of 3072 bits';
  await assert.rejects(
    openCertificate({ tlsCert: weak.certFile, tlsKey: weak.keyFile }, log),
    (error) => error instanceof ConfigError && error.message.includes(reason),
  );
  const files = await place('strength', strong);
  const served = await serve(t, files.cert, files.key);
  assert.equal(await servedName(served.port), 'strong');
  await writeFile(files.key, weak.key);
  await writeFile(files.cert, weak.cert);
  await waitFor('the refusal', () => served.log().includes(reason));
  assert.equal(await servedName(served.port), 'strong');
});

test('a certificate that is overwritten is used for new connections', async (t) => {
  const files = await place('overwritten', first);
  const { port, log } = await serve(t, files.cert, files.key);
  assert.equal(await servedName(port), 'first');
  await writeFile(files.cert, second.cert);
  await writeFile(files.key, second.key);
  await waitFor('the second certificate', async () => (await servedName(port)) === 'second');
  assert.match(log(), /the certificate was replaced/);
});

test('a certificate that is renamed into its place is used', async (t) => {
  const files = await place('renamed', first);
  const fresh = await place('fresh', second);
  const { port } = await serve(t, files.cert, files.key);
  await rename(fresh.key, files.key);
  await rename(fresh.cert, files.cert);
  await waitFor('the second certificate', async () => (await servedName(port)) === 'second');
});

test('a certificate is used when a link to its folder is exchanged, as Kubernetes does it', async (t) => {
  const { path } = await place('mounted', first);
  await place('mounted/..2026_01', first);
  await place('mounted/..2026_02', second);
  for (const name of ['tls.crt', 'tls.key']) {
    await rm(join(path, name));
    await symlink(join('..data', name), join(path, name));
  }
  await symlink('..2026_01', join(path, '..data'));
  const { port } = await serve(t, join(path, 'tls.crt'), join(path, 'tls.key'));
  assert.equal(await servedName(port), 'first');
  await symlink('..2026_02', join(path, '..data_tmp'));
  await rename(join(path, '..data_tmp'), join(path, '..data'));
  await rm(join(path, '..2026_01'), { recursive: true });
  await waitFor('the second certificate', async () => (await servedName(port)) === 'second');
});

test('a new file that cannot be used is logged and the old certificate stays, until a good one comes', async (t) => {
  const files = await place('broken', first);
  const { port, log } = await serve(t, files.cert, files.key);
  const warnings = () => log().match(/cannot be used; the old one stays/g)?.length ?? 0;
  const faults: readonly [string, () => Promise<void>][] = [
    ['no certificate at all', () => writeFile(files.cert, 'not a certificate')],
    ['the certificate of another key', () => writeFile(files.cert, second.cert)],
    ['no file', () => rm(files.cert)],
  ];
  for (const [fault, cause] of faults) {
    const before = warnings();
    await cause();
    await waitFor(`a warning of ${fault}`, () => warnings() > before);
    assert.equal(await servedName(port), 'first', fault);
  }
  assert.doesNotMatch(log(), /PRIVATE KEY/);
  await writeFile(files.key, second.key);
  await writeFile(files.cert, second.cert);
  await waitFor('the second certificate', async () => (await servedName(port)) === 'second');
});

test('a start with a certificate that cannot be used names the settings', async () => {
  const log = createLogger({ name: 'api', level: 'silent', format: 'json' });
  const open = (tlsCert: string, tlsKey: string) => openCertificate({ tlsCert, tlsKey }, log);
  for (const [cert, key, reason] of [
    [first.certFile, second.keyFile, /key values mismatch/],
    [join(folder.path, 'nowhere.crt'), first.keyFile, /ENOENT.*nowhere\.crt/],
    [first.keyFile, first.keyFile, /TLS_CERT, TLS_KEY: /],
  ] as const)
    await assert.rejects(
      open(cert, key),
      (error) => error instanceof ConfigError && reason.test(error.message),
    );
});

test('a stop does not wait for a client that has not agreed on keys', async (t) => {
  const server = await serve(t, first.certFile, first.keyFile);
  const socket = connectPlain(server.port, '127.0.0.1');
  await once(socket, 'connect');
  // Whoever came earlier has been accepted by then.
  assert.equal(await servedName(server.port), 'first');
  const closed = once(socket, 'close');
  const began = performance.now();
  await server.stop();
  await closed;
  assert.ok(performance.now() - began < 9_000, 'less than the 10 s that a handshake may take');
});

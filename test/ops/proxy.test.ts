import assert from 'node:assert/strict';
import { once } from 'node:events';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, request as requestPlain, type IncomingMessage, type Server } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { closeServer } from '../support/servers/closeServer.ts';
import { makeAuthority } from '../support/certificates.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { waitFor } from '../support/waitFor.ts';
import { findProgram } from './debianProgram.ts';
import { readCompose } from './deployments.ts';

const ownPolicy = "default-src 'self'";
let folder: TestFolder;
let authority: Awaited<ReturnType<typeof makeAuthority>>;
let api: Server;
let caddy: ChildProcess;
let output = '';
const ports = { plain: 0, secure: 0 };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await closeServer(server);
  return port;
}

/** The proxy of Compose, with other ports and a certificate of this test, in front of a server that repeats what it is told. */
before(async () => {
  folder = await createTestFolder('proxy');
  authority = await makeAuthority(folder.path);
  const { certFile, keyFile } = await authority.issue('proxy', 'DNS:localhost');
  api = createServer((request, response) => {
    response.setHeader('Content-Security-Policy', ownPolicy);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(request.headers));
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  Object.assign(ports, { plain: await freePort(), secure: await freePort() });
  const text = (await readFile('ops/proxy/Caddyfile', 'utf8'))
    .replace('{$PROXY_AUTO_HTTPS:off}', 'off\n\tadmin off')
    .replace(/^:80 /m, `:${ports.plain} `)
    .replace('{$PROXY_SITE::443}', `:${ports.secure}`)
    .replace('{$PROXY_CERTIFICATE:/run/secrets/tls_cert /run/secrets/tls_key}', `${certFile} ${keyFile}`)
    .replace('api:5010', `127.0.0.1:${(api.address() as AddressInfo).port}`);
  const config = join(folder.path, 'Caddyfile');
  await writeFile(config, text);
  const program = await findProgram('caddy', 'version', 'caddy');
  caddy = spawn(program, ['run', '--adapter', 'caddyfile', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: folder.path, XDG_DATA_HOME: folder.path, XDG_CONFIG_HOME: folder.path },
  });
  caddy.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await waitFor('the proxy', async () => {
    if (caddy.exitCode !== null) throw new Error(output);
    return (await ask('http', '/').catch(() => null)) !== null;
  });
});
after(async () => {
  if (caddy.kill()) await once(caddy, 'exit');
  await closeServer(api).catch(() => undefined);
  await folder.remove();
});

interface Asked {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

async function ask(
  scheme: 'http' | 'https',
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Asked> {
  const send = scheme === 'http' ? requestPlain : requestSecure;
  const port = scheme === 'http' ? ports.plain : ports.secure;
  const options = { ...{ host: 'localhost', port, path, method, headers }, ca: authority.cert, agent: false };
  const [answer] = (await once(send(options as object).end(), 'response')) as [IncomingMessage];
  const text = Buffer.concat((await answer.toArray()) as Buffer[]).toString();
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('only a browser that opens a page without HTTPS is sent to it; programs are refused', async () => {
  const page = await ask('http', '/tasks/view?state=1', html);
  assert.deepEqual([page.status, page.headers.location], [308, 'https://localhost/tasks/view?state=1']);
  assert.equal((await ask('http', '/', html, 'HEAD')).status, 308);
  const refused: readonly [string, Record<string, string>, string][] = [
    ['/4/tasks', {}, 'GET'],
    ['/4/tasks', { accept: 'application/json' }, 'GET'],
    ['/tasks', { ...html, authorization: 'Basic YTpi' }, 'GET'],
    ['/login', html, 'POST'],
    ['/4/tasks/1', html, 'DELETE'],
  ];
  for (const [path, headers, method] of refused) {
    const { status, headers: answered } = await ask('http', path, headers, method);
    assert.deepEqual([status, answered.location], [403, undefined], `${method} ${path}`);
  }
});

test('what the API answers is passed on as it is, and it is told who asks', async () => {
  const { status, headers, text } = await ask('https', '/', { 'x-forwarded-for': '203.0.113.9' });
  assert.equal(status, 200);
  assert.equal(headers['content-security-policy'], ownPolicy);
  assert.equal(headers['server'], undefined);
  const told = JSON.parse(text) as Record<string, string>;
  assert.match(told['x-forwarded-for'] ?? '', /^(127\.0\.0\.1|::1)$/);
  assert.equal(told['x-forwarded-proto'], 'https');
});

test('with docker-compose.acme.yml the proxy gets its certificate for the public name from an authority', async () => {
  const { services } = await readCompose('docker-compose.acme.yml');
  const given = { PUBLIC_NAME: 'luna.example.org', ACME_EMAIL: 'you@example.org' };
  const environment = Object.fromEntries(
    Object.entries(services['proxy']?.environment ?? {}).map(([name, value]) => [
      name,
      value.replace(/^\$\{(\w+):\?\}$/, (_, of: keyof typeof given) => given[of]),
    ]),
  );
  const program = await findProgram('caddy', 'version', 'caddy');
  const { stdout } = await promisify(execFile)(program, ['adapt', '--config', 'ops/proxy/Caddyfile'], {
    env: { ...process.env, ...environment },
  });
  const { apps } = JSON.parse(stdout) as {
    apps: { tls: { automation: { policies: { subjects: string[]; issuers: { email?: string }[] }[] } } };
  };
  const [policy] = apps.tls.automation.policies;
  assert.deepEqual(policy?.subjects, [given.PUBLIC_NAME]);
  assert.equal(policy.issuers[0]?.email, given.ACME_EMAIL);
  assert.doesNotMatch(stdout, /run\/secrets/);
});

test('the proxy agrees on no TLS older than 1.2', async () => {
  const agree = async (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => {
    const socket = connect({
      ...{ host: 'localhost', servername: 'localhost', port: ports.secure, ca: authority.cert },
      ...{ minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' },
    });
    await once(socket, 'secureConnect');
    socket.destroy();
  };
  await agree('TLSv1.2');
  await agree('TLSv1.3');
  await assert.rejects(agree('TLSv1.1'));
});

test("the proxy's own answers have the headers that keep browsers safe", async () => {
  const plain = [await ask('http', '/', html), await ask('http', '/4/tasks')];
  await closeServer(api);
  const away = await ask('https', '/');
  assert.equal(away.status, 502);
  for (const { status, headers } of [...plain, away]) {
    assert.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains', String(status));
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/, String(status));
    assert.equal(headers['x-content-type-options'], 'nosniff', String(status));
  }
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import {
  createGuardedRequest,
  GuardedRequestError,
  type GuardedFailure,
  type GuardedRequestOptions,
  type ResolvedAddress,
} from '../../../platform/outgoing/guardedRequest.ts';
import { closeServer } from '../../support/servers/closeServer.ts';

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  readonly body: string;
  /** The address that the connection was made to. */
  readonly at: string;
  readonly port: number;
}

/** A server that notes what it is asked and answers as it is told. */
async function startServer(
  answer: (response: http.ServerResponse, request: http.IncomingMessage) => void,
  address = '127.0.0.1',
) {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      const { method = '', url = '', headers, socket } = request;
      seen.push({
        ...{ method, url, host: headers.host ?? '', body: Buffer.concat(chunks).toString() },
        ...{ at: socket.localAddress ?? '', port: socket.remotePort ?? 0 },
      });
      answer(response, request);
    });
  });
  await once(server.listen(0, address), 'listening');
  open.push(async () => {
    await closeServer(server);
  });
  return { seen, port: (server.address() as AddressInfo).port };
}

function guarded(options: Partial<GuardedRequestOptions> & Pick<GuardedRequestOptions, 'hosts'>) {
  const client = createGuardedRequest({ deadlineMs: 5_000, ...options });
  open.push(() => {
    client.close();
  });
  return client;
}

/** A resolver that knows these names, and gives each call's own answer. */
function resolverOf(answers: Readonly<Partial<Record<string, readonly (readonly string[])[]>>>) {
  const calls: string[] = [];
  const resolveHost = (host: string): Promise<ResolvedAddress[]> => {
    const nth = calls.filter((name) => name === host).length;
    calls.push(host);
    const given = answers[host]?.[nth];
    if (given === undefined) return Promise.reject(new Error(`ENOTFOUND ${host}`));
    return Promise.resolve(given.map((address) => ({ address, family: net.isIP(address) })));
  };
  return { calls, resolveHost };
}

const failsWith = (failure: GuardedFailure, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof GuardedRequestError, String(error));
  assert.equal(error.failure, failure, error.message);
  assert.match(error.message, message);
  return true;
};

const remove = (url: string, signal?: AbortSignal) => ({
  ...{ method: 'DELETE' as const, url },
  ...(signal === undefined ? {} : { signal }),
});

test('a listed host is asked, and its status is the answer', async () => {
  const server = await startServer((response) => response.writeHead(204).end());
  const client = guarded({ hosts: ['http://127.0.0.1:*'] });
  assert.equal(await client.send(remove(`http://127.0.0.1:${server.port}/a/b?c=d`)), 204);
  const status = await client.send({
    ...{ method: 'POST', url: `http://127.0.0.1:${server.port}/hook`, body: '{"a":"ü"}' },
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(status, 204);
  assert.deepEqual(
    server.seen.map(({ method, url, body }) => [method, url, body]),
    [
      ['DELETE', '/a/b?c=d', ''],
      ['POST', '/hook', '{"a":"ü"}'],
    ],
  );
  assert.equal(server.seen[0]?.port, server.seen[1]?.port, 'the connection is used again');
});

test('a host that is not listed, and an address that is not the web, are not asked', async () => {
  const server = await startServer((response) => response.end());
  const client = guarded({ hosts: ['http://cdn.example.org:*'] });
  await assert.rejects(
    client.send(remove(`http://127.0.0.1:${server.port}/`)),
    failsWith('refused', /127.0.0.1 is not listed/),
  );
  await assert.rejects(
    client.send(remove(`http://localhost:${server.port}/`)),
    failsWith('refused', /localhost is not listed/),
  );
  await assert.rejects(client.send(remove('ftp://cdn.example.org/')), failsWith('refused', /ftp:/));
  await assert.rejects(client.send(remove('file:///etc/passwd')), failsWith('refused', /file:/));
  await assert.rejects(client.send(remove('no address')), failsWith('refused', /must be a URL/));
  assert.deepEqual(server.seen, []);
});

test('a redirect is an answer and is not followed', async () => {
  const other = await startServer((response) => response.end());
  const server = await startServer((response) =>
    response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end(),
  );
  const client = guarded({ hosts: ['http://127.0.0.1:*'] });
  assert.equal(await client.send(remove(`http://127.0.0.1:${server.port}/`)), 307);
  assert.deepEqual(other.seen, []);
});

test('a listed name that leads to a private address is refused before anything is sent', async () => {
  const server = await startServer((response) => response.end());
  const { resolveHost } = resolverOf({
    'cdn.example.org': [['127.0.0.1'], ['93.184.215.14', '127.0.0.1'], ['::ffff:127.0.0.1'], []],
  });
  const client = guarded({ hosts: ['http://cdn.example.org:*'], resolveHost });
  const url = `http://cdn.example.org:${server.port}/`;
  await assert.rejects(client.send(remove(url)), failsWith('refused', /resolves to 127.0.0.1/));
  await assert.rejects(
    client.send(remove(url)),
    failsWith('refused', /resolves to 127.0.0.1/),
    'one bad address of two',
  );
  await assert.rejects(client.send(remove(url)), failsWith('refused', /resolves to ::ffff:127.0.0.1/));
  await assert.rejects(client.send(remove(url)), failsWith('unreachable', /does not resolve/));
  await assert.rejects(client.send(remove(url)), failsWith('unreachable', /ENOTFOUND/));
  assert.deepEqual(server.seen, []);
});

test('a name that changes its address between two look-ups is held to the one that was checked', async () => {
  const server = await startServer((response) => response.setHeader('connection', 'close').end());
  const { calls, resolveHost } = resolverOf({ 'cdn.example.org': [['127.0.0.1'], ['127.0.0.2']] });
  const client = guarded({ hosts: ['http://cdn.example.org:*', 'http://127.0.0.1:*'], resolveHost });
  const url = `http://cdn.example.org:${server.port}/`;
  assert.equal(await client.send(remove(url)), 200);
  assert.deepEqual(calls, ['cdn.example.org'], 'it is resolved once for its connection');
  assert.equal(server.seen[0]?.at, '127.0.0.1');
  assert.equal(server.seen[0].host, `cdn.example.org:${server.port}`, 'the server is told the name');
  await assert.rejects(client.send(remove(url)), failsWith('refused', /resolves to 127.0.0.2/));
});

test('IPv6 is spoken where it is listed and refused where it is not', async () => {
  const server = await startServer((response) => response.end(), '::1');
  const url = `http://[::1]:${server.port}/`;
  assert.equal(await guarded({ hosts: ['http://[::1]:*'] }).send(remove(url)), 200);
  await assert.rejects(
    guarded({ hosts: ['http://127.0.0.1:*'] }).send(remove(url)),
    failsWith('refused', /::1 is not listed/),
  );
  const { resolveHost } = resolverOf({ 'six.example.org': [['::1']] });
  await assert.rejects(
    guarded({ hosts: ['http://six.example.org:*'], resolveHost }).send(
      remove(`http://six.example.org:${server.port}/`),
    ),
    failsWith('refused', /resolves to ::1/),
  );
  assert.equal(server.seen.length, 1);
});

test('localhost can be listed, and the system itself resolves it', async () => {
  const server = await startServer((response) => response.end());
  assert.equal(
    await guarded({ hosts: ['http://localhost:*'] }).send(remove(`http://localhost:${server.port}/`)),
    200,
  );
});

test('a server that does not answer in time is given up', async () => {
  const silent = await startServer(() => undefined);
  const slow = await startServer((response) => response.write('a'));
  for (const { port } of [silent, slow]) {
    const client = guarded({ hosts: ['http://127.0.0.1:*'], deadlineMs: 150 });
    await assert.rejects(
      client.send(remove(`http://127.0.0.1:${port}/`)),
      failsWith('timeout', new RegExp(`127.0.0.1:${port} did not answer within 150 ms`)),
    );
  }
});

test('a caller that changes its mind gets its own reason', async () => {
  const server = await startServer(() => undefined);
  const client = guarded({ hosts: ['http://127.0.0.1:*'] });
  const leaving = new AbortController();
  const sent = client.send(remove(`http://127.0.0.1:${server.port}/`, leaving.signal));
  leaving.abort(new Error('the worker stops'));
  await assert.rejects(sent, /the worker stops/);
  await assert.rejects(
    client.send(remove(`http://127.0.0.1:${server.port}/`, leaving.signal)),
    /the worker stops/,
  );
});

test('of a long answer only the beginning is read', async () => {
  let written = 0;
  const server = await startServer((response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384;
    };
    response.on('drain', more);
    more();
  });
  const client = guarded({ hosts: ['http://127.0.0.1:*'], maxAnswerBytes: 1_000 });
  assert.equal(await client.send(remove(`http://127.0.0.1:${server.port}/`)), 200);
  assert.ok(written < 16_000_000, `${written} bytes were sent before the connection was ended`);
});

test('a server that is not there or speaks something else is unreachable', async () => {
  const talker = net.createServer((socket) =>
    socket
      .on('error', () => undefined)
      .resume()
      .end('no http\r\n\r\n'),
  );
  await once(talker.listen(0, '127.0.0.1'), 'listening');
  const { port } = talker.address() as AddressInfo;
  const client = guarded({ hosts: ['http://127.0.0.1:*'] });
  await assert.rejects(
    client.send(remove(`http://127.0.0.1:${port}/`)),
    failsWith('unreachable', /cannot be reached/),
  );
  await new Promise((closed) => talker.close(closed));
  await assert.rejects(
    client.send(remove(`http://127.0.0.1:${port}/`)),
    failsWith('unreachable', /ECONNREFUSED/),
  );
});

test('a private address that is listed for another port or protocol is refused to a name that leads to it', async () => {
  const server = await startServer((response) => response.end());
  const { resolveHost } = resolverOf({ 'cdn.example.org': [['127.0.0.1']] });
  const listed = ['http://cdn.example.org:*', '127.0.0.1:*', 'http://127.0.0.1:9'];
  await assert.rejects(
    guarded({ hosts: listed, resolveHost }).send(remove(`http://cdn.example.org:${server.port}/`)),
    failsWith('refused', /resolves to 127.0.0.1/),
  );
  await assert.rejects(
    guarded({ hosts: listed }).send(remove(`http://127.0.0.1:${server.port}/`)),
    failsWith('refused', /^http:\/\/ to port \d+ of the host 127.0.0.1 is not listed$/),
  );
  assert.deepEqual(server.seen, []);
});

test('https begins with a TLS handshake that names the host', async () => {
  const hello = new Promise<Buffer>((resolve) => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data: Buffer) => {
        resolve(data);
        socket.destroy();
      });
    });
    server.listen(0, '127.0.0.1', () => {
      open.push(() => new Promise((closed) => server.close(closed)));
      const { resolveHost } = resolverOf({ 'cdn.example.org': [['127.0.0.1']] });
      const client = guarded({ hosts: ['cdn.example.org:*', '127.0.0.1:*'], resolveHost });
      const { port } = server.address() as AddressInfo;
      void assert.rejects(
        client.send(remove(`https://cdn.example.org:${port}/`)),
        failsWith('unreachable', /./),
      );
    });
  });
  const bytes = await hello;
  assert.equal(bytes[0], 22, 'a handshake record');
  assert.ok(bytes.includes('cdn.example.org'));
});

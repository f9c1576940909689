import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { createProxy, type Proxy } from '../../chaos/proxy.ts';
import { waitFor } from '../support/waitFor.ts';

/** Answers every chunk with itself. */
const echo = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.pipe(socket);
});
let proxy: Proxy;

before(async () => {
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await createProxy((echo.address() as AddressInfo).port);
});

after(async () => {
  await proxy.close();
  echo.close();
});

beforeEach(() => proxy.open());

interface Caller {
  readonly socket: Socket;
  received: string;
  isClosed: boolean;
}

async function call(): Promise<Caller> {
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  const caller: Caller = { socket, received: '', isClosed: false };
  socket.on('data', (chunk) => (caller.received += chunk.toString()));
  socket.on('error', () => undefined).on('close', () => (caller.isClosed = true));
  // A path that is cut may break before the connection is known to be there.
  await once(socket, 'connect').catch(() => undefined);
  return caller;
}

test('an open path carries everything, in order', async () => {
  const caller = await call();
  for (let n = 0; n < 200; n += 1) caller.socket.write(`${n},`);
  const all = Array.from({ length: 200 }, (_, n) => `${n},`).join('');
  await waitFor('the echo', () => caller.received === all);
  caller.socket.end();
  await waitFor('the end', () => caller.isClosed);
});

test('a cut breaks what is connected and whatever connects, until it is over', async () => {
  const caller = await call();
  proxy.cut();
  await waitFor('the broken connection', () => caller.isClosed);
  const next = await call();
  await waitFor('the refused connection', () => next.isClosed);
  proxy.open();
  const last = await call();
  last.socket.write('hello');
  await waitFor('the echo', () => last.received === 'hello');
  last.socket.destroy();
});

test('a stall holds everything back without breaking anything', async () => {
  const caller = await call();
  caller.socket.write('before,');
  await waitFor('the echo', () => caller.received === 'before,');
  proxy.stall();
  caller.socket.write('during,');
  const other = await createProxy((echo.address() as AddressInfo).port);
  const witness = connect({ host: '127.0.0.1', port: other.port });
  for (let round = 0; round < 20; round += 1) {
    witness.write('tick');
    await once(witness, 'data');
  }
  assert.equal(caller.received, 'before,');
  assert.equal(caller.isClosed, false);
  proxy.open();
  await waitFor('what was held back', () => caller.received === 'before,during,');
  caller.socket.destroy();
  await other.close();
});

test('a slow path delivers late', async () => {
  const caller = await call();
  proxy.slow(150);
  const started = performance.now();
  caller.socket.write('hello');
  await waitFor('the echo', () => caller.received === 'hello');
  assert.ok(performance.now() - started >= 295, 'there and back');
  caller.socket.destroy();
});

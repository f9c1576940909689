import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Proxy {
  /** Where to connect instead of the server, which is the first. */
  readonly port: number;
  /** The same of all servers, in their order. */
  readonly ports: readonly number[];
  /** Breaks every connection, and each new one, until `open`. */
  cut(): void;
  /** Lets nothing through any more, without anybody being told, until `open`. */
  stall(): void;
  /** Lets nothing through any more over the connections that stand; who connects anew is served. */
  freeze(): void;
  /** Lets everything through so much later, until `open`. */
  slow(ms: number): void;
  /** Everything passes. */
  open(): void;
  close(): Promise<void>;
}

/** A TCP path on loopback that can be made bad; the paths to further servers are made bad with it. */
export async function createProxy(serverPort: number, ...further: readonly number[]): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  let isCut = false;
  let lateMs = 0;
  let stalled: { readonly over: Promise<void>; readonly end: () => void } | null = null;

  const join = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    // A broken connection is what this is for.
    socket.on('error', () => undefined);
  };

  /** Each direction by itself, in order; what is late delays what comes after it. */
  const pass = async (from: Socket, to: Socket): Promise<void> => {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (lateMs > 0) await delay(lateMs);
        while (stalled !== null) await stalled.over;
        if (frozen.has(from)) continue;
        if (!to.write(chunk)) await once(to, 'drain');
      }
      to.end();
    } catch {
      to.destroy();
    }
  };

  const listen = async (to: number) => {
    const server = createServer({ allowHalfOpen: true }, (client) => {
      join(client);
      if (isCut) {
        client.resetAndDestroy();
        return;
      }
      const upstream = connect({ host: '127.0.0.1', port: to, allowHalfOpen: true });
      join(upstream);
      client.once('close', () => upstream.destroy());
      upstream.once('close', () => client.destroy());
      void pass(client, upstream);
      void pass(upstream, client);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    return { server, port: address.port };
  };
  const first = await listen(serverPort);
  const listening = [first, ...(await Promise.all(further.map(listen)))];

  const open = (): void => {
    isCut = false;
    lateMs = 0;
    stalled?.end();
    stalled = null;
  };
  return {
    port: first.port,
    ports: listening.map(({ port }) => port),
    open,
    cut: () => {
      open();
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    stall: () => {
      open();
      let end = (): void => undefined;
      const over = new Promise<void>((resolve) => (end = resolve));
      stalled = { over, end };
    },
    freeze: () => {
      open();
      for (const socket of sockets) frozen.add(socket);
    },
    slow: (ms) => {
      open();
      lateMs = ms;
    },
    close: async () => {
      open();
      for (const socket of sockets) socket.destroy();
      await Promise.all(
        listening.map(async ({ server }) => {
          server.close();
          await once(server, 'close');
        }),
      );
    },
  };
}

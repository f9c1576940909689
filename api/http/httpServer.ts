import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Certificate } from '../../platform/crypto/certificate.ts';
import { listen } from '../../platform/listen.ts';
import { breakOff } from './jsonStream.ts';
import { backlog, createLimitedServer } from './limitedServer.ts';

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** Requests that are still under way so long after `stop` are cut off. */
  readonly limitMs: number;
  /** Without one it speaks plain HTTP. */
  readonly certificate?: Certificate | undefined;
}

export interface HttpServer {
  readonly url: string;
  /** From now on every answer tells its client to open no further request on the connection. */
  leave(): void;
  /** Accepts nothing more and lets the requests end that are under way. */
  stop(): Promise<void>;
}

/** Listens; and leaves without a failed request, also for clients that keep their connections. */
export async function startHttpServer(
  listener: RequestListener,
  { host, port, limitMs, certificate }: HttpServerOptions,
): Promise<HttpServer> {
  const underWay = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  let isLeaving = false;
  let isStopping = false;
  const server = createLimitedServer(
    (request, response) => {
      underWay.add(response);
      response.once('close', () => {
        underWay.delete(response);
        // Its headers may have gone out before `leave`, with the promise of a lasting connection.
        if (isStopping) setImmediate(() => server.closeIdleConnections());
      });
      if (isLeaving) response.setHeader('Connection', 'close');
      listener(request, response);
    },
    { certificate },
  );
  // `closeAllConnections` does not know those that are still agreeing on their keys.
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const actualPort = await listen(server, { port, host, backlog }, 'api');

  const leave = (): void => {
    isLeaving = true;
    for (const response of underWay) if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    leave,
    stop: async () => {
      leave();
      isStopping = true;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const limit = setTimeout(() => {
        for (const response of underWay) breakOff(response);
        for (const socket of sockets) socket.destroy();
      }, limitMs);
      await closed;
      clearTimeout(limit);
    },
  };
}

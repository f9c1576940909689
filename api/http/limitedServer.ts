import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Certificate } from '../../platform/crypto/certificate.ts';

export interface HttpLimits {
  readonly headTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
}

export interface LimitedServerOptions extends HttpLimits {
  /** Without one it speaks plain HTTP. */
  readonly certificate?: Certificate | undefined;
}

const maxConnections = 16_384;

/** For `listen`: who does not fit into the queue is heard only a second later. The system may allow less. */
export const backlog = 4_096;

/**
 * A server that clients cannot wear out by being slow: whoever has not sent a request's head after 10 s or all of it after 30 s
 * is answered 408 and cut off, and so is whoever neither takes nor gives a byte for two minutes. Connections beyond its limit
 * are closed at once; a quarter of the files that the process may open stays for the database, the engine and images.
 */
export function createLimitedServer(
  listener: RequestListener,
  { headTimeoutMs = 10_000, requestTimeoutMs = 30_000, certificate }: LimitedServerOptions = {},
): Server {
  const limits = {
    headersTimeout: headTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: 1_000,
    // Longer than a proxy keeps an idle connection, so that it is never the server who closes first.
    keepAliveTimeout: 75_000,
  };
  let server: Server;
  if (certificate === undefined) server = createServer(limits, listener);
  else {
    const options = { ...limits, ...certificate.options(), handshakeTimeout: headTimeoutMs };
    const secure = createTlsServer(options, listener);
    certificate.keepNew(secure);
    server = secure;
  }
  // An event stream beats every 15 s.
  server.setTimeout(120_000);
  server.maxConnections = Math.min(maxConnections, Math.floor(maxOpenFiles() * 0.75));
  return server;
}

/** How many files and connections this process may have open; Node has raised that to the hard limit at its start. */
function maxOpenFiles(): number {
  const { userLimits } = process.report.getReport() as unknown as {
    userLimits: { open_files: { soft: number | 'unlimited' } };
  };
  const { soft } = userLimits.open_files;
  return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : soft;
}

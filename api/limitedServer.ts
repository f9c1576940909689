import { createServer, type RequestListener, type Server } from 'node:http';

export interface HttpLimits {
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  readonly maxConnections?: number;
}

/**
 * A server that clients cannot wear out by being slow: whoever has not sent a request's head after 10 s or all of it after 30 s
 * is answered 408 and cut off, and so is whoever neither takes nor gives a byte for two minutes.
 */
export function createLimitedServer(listener: RequestListener, limits: HttpLimits = {}): Server {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 30_000, maxConnections = 16_384 } = limits;
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
      // Longer than a proxy keeps an idle connection, so that it is never the server who closes first.
      keepAliveTimeout: 75_000,
    },
    listener,
  );
  // An event stream beats every 15 s.
  server.setTimeout(120_000);
  server.maxConnections = maxConnections;
  return server;
}

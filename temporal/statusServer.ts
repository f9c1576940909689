import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { bareHeaders } from '../platform/bareHeaders.ts';
import type { Certificate } from '../platform/crypto/certificate.ts';
import { healthAnswer, runHealthChecks, type HealthCheck } from '../platform/healthChecks.ts';
import { isTaken, listen } from '../platform/listen.ts';
import type { Logger } from '../platform/logger.ts';

export interface StatusServerOptions {
  readonly host: string;
  /** Default: the first free one from 5011 on; workers of one machine do not have to be told apart. */
  readonly port: number | undefined;
  /** Text of each source of figures; a source that fails is left out. */
  readonly figures: readonly (() => Promise<string>)[];
  readonly contentType: string;
  readonly checks: readonly HealthCheck[];
  /** False when only a restart can help: what this process waits for elsewhere is no reason. */
  readonly isAlive: () => boolean;
  readonly log: Logger;
  /** Without one it speaks plain HTTP. */
  readonly certificate?: Certificate | undefined;
}

export interface StatusServer {
  readonly url: string;
  close(): void;
}

/** A worker's own `/metrics`, `/healthcheck` and `/livez`. */
export async function startStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const { host, log, certificate } = options;
  const headers = new Map(Object.entries(bareHeaders(certificate !== undefined)));
  const server = serverWith(certificate, (request, response) => {
    response.setHeaders(headers);
    answer(options, new URL(request.url ?? '/', 'http://worker'), response).catch((error: unknown) => {
      log.warn({ err: error, url: request.url }, 'the status could not be reported');
      response.destroy();
    });
  });
  const port =
    options.port === undefined
      ? await listenNear(server, host)
      : await listen(server, { host, port: options.port }, 'worker');
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function serverWith(certificate: Certificate | undefined, listener: RequestListener): Server {
  if (certificate === undefined) return createServer(listener);
  const server = createTlsServer(certificate.options(), listener);
  certificate.keepNew(server);
  return server;
}

const usualPorts = Array.from({ length: 32 }, (_, index) => 5011 + index);

async function listenNear(server: Server, host: string): Promise<number> {
  for (const port of usualPorts) {
    try {
      return await listen(server, { host, port }, 'worker');
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  return listen(server, { host, port: 0 }, 'worker');
}

async function answer(options: StatusServerOptions, url: URL, response: ServerResponse): Promise<void> {
  if (url.pathname === '/metrics') {
    response.setHeader('Content-Type', options.contentType).end(await renderFigures(options));
  } else if (url.pathname === '/healthcheck') {
    const startedAt = performance.now();
    const withDependent = url.searchParams.get('include_luna_services') === '1';
    const findings = await runHealthChecks(options.checks, { withDependent });
    const { status, body } = healthAnswer(findings, startedAt);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  } else if (url.pathname === '/livez') {
    const isAlive = options.isAlive();
    response
      .writeHead(isAlive ? 200 : 503, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ alive: isAlive }));
  } else {
    response.writeHead(404).end();
  }
}

async function renderFigures({ figures, log }: StatusServerOptions): Promise<string> {
  const texts = await Promise.allSettled(figures.map((render) => render()));
  return texts
    .map((text) => {
      if (text.status === 'fulfilled') return text.value;
      log.warn({ err: text.reason as unknown }, 'some metrics could not be read');
      return '';
    })
    .join('');
}

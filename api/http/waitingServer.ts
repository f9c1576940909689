import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { DomainError } from '../../domain/errors.ts';
import { bareHeaders } from '../../platform/bareHeaders.ts';
import type { Certificate } from '../../platform/crypto/certificate.ts';
import type { Config } from '../../platform/config.ts';
import { listen } from '../../platform/listen.ts';
import { backlog, createLimitedServer } from './limitedServer.ts';
import { presentError } from './errorBody.ts';
import { apiVersion } from '../ops/json.ts';

const away = new DomainError('unavailable', 'the API is starting and waiting for its database');

/**
 * Stands in for an API that waits for its database at its start: whoever asks whether the process lives is told so, and nobody
 * is sent here for anything else.
 */
export async function startWaitingServer(
  { host, port, secureCookies }: Pick<Config, 'host' | 'port' | 'secureCookies'>,
  certificate: Certificate | undefined,
) {
  const headers = new Map(Object.entries(bareHeaders(secureCookies)));
  const server = createLimitedServer(
    (request, response) => {
      // Those who come again are to meet the API itself.
      response.setHeaders(headers).setHeader('Connection', 'close');
      const { pathname } = new URL(request.url ?? '/', 'http://api');
      switch (pathname.replace(/^\/4(?=\/)/, '')) {
        case '/version':
          answer(response, 200, { Version: apiVersion });
          return;
        case '/healthcheck':
          answer(response, 502, {
            errors: [{ service: 'postgresql', status: 'failed', desc: 'waiting for it since the start' }],
          });
          return;
        default:
          answer(response, away.entry.status, presentError(away));
      }
    },
    { certificate },
  );
  await listen(server, { host, port, backlog }, 'api');
  return {
    close: async (): Promise<void> => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { closeServer } from '../servers/closeServer.ts';

/** What becomes of a request: `reset` is after the server has done it, so that only the answer is lost. */
export type Fate =
  'pass' | 'slow down' | 'reset' | 'hang' | { readonly status: number; readonly body: string };

/** Stands before an S3 server; `fateOf` says of each request what becomes of it. */
export async function startFaultyProxy(port: number) {
  let fateOf: (request: IncomingMessage, nth: number) => Fate = () => 'pass';
  let requests = 0;
  let open = 0;
  let mostOpen = 0;

  const passOn = async (request: IncomingMessage, response: ServerResponse | null, body: Buffer) => {
    const { method, url, headers } = request;
    const sent = send({ host: '127.0.0.1', port, method, path: url, headers });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.end(body);
    const [answer] = await answered;
    if (response === null) return buffer(answer);
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    return answer.pipe(response);
  };

  const server = createServer((request, response) => {
    const fate = fateOf(request, requests++);
    buffer(request)
      .then(async (body) => {
        if (fate === 'pass') await passOn(request, response, body);
        else if (fate === 'reset') {
          await passOn(request, null, body);
          request.socket.destroy();
        } else if (fate !== 'hang') {
          const error = '<Error><Code>SlowDown</Code><Message>Reduce your rate.</Message></Error>';
          const answer = fate === 'slow down' ? { status: 503, body: error } : fate;
          response.writeHead(answer.status, { 'content-type': 'application/xml' });
          response.end(answer.body);
        }
      })
      .catch(() => request.socket.destroy());
  });
  server.on('connection', (socket) => {
    mostOpen = Math.max(mostOpen, ++open);
    socket.once('close', () => open--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** From now on. */
    setFate: (next: typeof fateOf): void => {
      requests = 0;
      fateOf = next;
    },
    requests: (): number => requests,
    mostConnections: (): number => mostOpen,
    close: (): Promise<void> => closeServer(server),
  };
}

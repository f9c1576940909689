import { createServer, type Server } from 'node:http';
import { once } from 'node:events';

export interface StatusServerOptions {
  readonly port: number;
  readonly metrics: { render(): Promise<string>; readonly contentType: string };
  /** Whether the process does its work now. */
  readonly isHealthy: () => Promise<boolean>;
}

/** A worker's own `/metrics` and `/healthcheck`, on loopback unless `host` says otherwise. */
export async function startStatusServer(options: StatusServerOptions, host = '127.0.0.1'): Promise<Server> {
  const server = createServer((request, response) => {
    void (async () => {
      if (request.url === '/metrics') {
        response.setHeader('Content-Type', options.metrics.contentType).end(await options.metrics.render());
        return;
      }
      if (request.url === '/healthcheck') {
        const started = performance.now();
        const healthy = await options.isHealthy();
        const body = healthy
          ? { execution_time: (performance.now() - started) / 1_000 }
          : {
              errors: [
                { service: 'worker', status: 'bad', desc: 'the worker does not poll or has no database' },
              ],
            };
        response
          .writeHead(healthy ? 200 : 502, { 'Content-Type': 'application/json' })
          .end(JSON.stringify(body));
        return;
      }
      response.writeHead(404).end();
    })().catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(options.port, host);
  await once(server, 'listening');
  return server;
}

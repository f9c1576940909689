import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

interface Backend {
  readonly url: string;
  readonly agent: Agent;
  isHealthy: boolean;
}

export interface RoundRobin {
  readonly url: string;
  /** Sends requests there once its health check is good, and until it is bad. */
  add(url: string): void;
  readonly served: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const askEveryMs = 200;

/** A load balancer as simple as they come: lasting connections, health checks in turn, and no second try. */
export async function startRoundRobin(): Promise<RoundRobin> {
  const backends: Backend[] = [];
  const served = new Map<string, number>();
  let turn = 0;
  const isOver = new AbortController();

  function pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const healthy = backends.filter((each) => each.isHealthy);
    const backend = healthy[turn++ % healthy.length];
    const fail = (reason: string) => {
      if (!answer.headersSent) answer.writeHead(599);
      answer.end(reason);
    };
    if (backend === undefined) {
      fail('no healthy backend');
      return;
    }
    const { method, headers, url } = incoming;
    const outgoing = request(backend.url + (url ?? '/'), { method, headers, agent: backend.agent });
    outgoing.on('error', (error) => fail(`${backend.url}: ${error.message}`));
    outgoing.on('response', (response) => {
      served.set(backend.url, (served.get(backend.url) ?? 0) + 1);
      const { connection: _, ...rest } = response.headers;
      answer.writeHead(response.statusCode ?? 599, rest);
      response.on('error', (error) => answer.destroy(error)).pipe(answer);
    });
    incoming.pipe(outgoing);
  }

  async function watch(backend: Backend): Promise<void> {
    while (!isOver.signal.aborted) {
      backend.isHealthy = await fetch(`${backend.url}/healthcheck`).then(
        ({ ok }) => ok,
        () => false,
      );
      await delay(askEveryMs, undefined, { signal: isOver.signal }).catch(() => undefined);
    }
  }

  // As long as the backends say that they keep theirs: clients are told so, and would use one that was just closed.
  const server = createServer({ keepAliveTimeout: 75_000 }, pass).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const watches: Promise<void>[] = [];
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (url) => {
      const backend = { url, agent: new Agent({ keepAlive: true }), isHealthy: false };
      backends.push(backend);
      watches.push(watch(backend));
    },
    served,
    close: async () => {
      isOver.abort();
      await Promise.all(watches);
      server.close();
      server.closeAllConnections();
      for (const { agent } of backends) agent.destroy();
    },
  };
}

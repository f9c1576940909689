import type pg from 'pg';

/** The way to the server, as all pools of a process know it that go there. */
export interface Line {
  /** Keeps in mind since when a connection stands, and listens: without anybody who hears of it an error ends the process. */
  follow(client: pg.ClientBase): void;
  /**
   * Whether a connection may be handed out: it has not ended, and nothing that stood as long was found silent. A network
   * that swallows seldom swallows one connection alone.
   */
  isUsable(client: object): boolean;
  /** What went wrong with a connection. */
  hear(error: unknown): void;
}

const unheard = 'Query read timeout';

export function createLine(): Line {
  // On the clock that only goes forward.
  let silentAt = -Infinity;
  const begunAt = new WeakMap<object, number>();
  return {
    follow: (client) => {
      begunAt.set(client, performance.now());
      client.on('error', () => undefined);
      client.on('end', () => begunAt.delete(client));
    },

    isUsable: (client) => (begunAt.get(client) ?? -Infinity) > silentAt,

    hear: (error) => {
      if (error instanceof Error && error.message === unheard) silentAt = performance.now();
    },
  };
}

/** Where to and as whom. The system's own signs of life find who is gone, where nobody in between gives them. */
export function addressOf(url: string, applicationName: string) {
  return {
    connectionString: url,
    application_name: applicationName,
    ...{ keepAlive: true, keepAliveInitialDelayMillis: 10_000 },
  };
}

/** A connection of its own, for who listens or announces; what it asks is answered at once. */
export function bareConnection(url: string, applicationName: string) {
  return { ...addressOf(url, applicationName), connectionTimeoutMillis: 5_000, query_timeout: 5_000 };
}

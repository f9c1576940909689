import pg from 'pg';

/** The way to the server, as all pools of a process know it that go there. */
export interface Line {
  /** When it was last found that nothing is heard, on the clock that only goes forward. */
  silentAt: number;
}

export function createLine(): Line {
  return { silentAt: -Infinity };
}

const connectMs = 5_000;
// A transaction begins and ends without work or locks: whatever else may take how long, this is answered at once.
const probeMs = 2_500;
const probe = /^\s*(?:start transaction|begin|rollback)\b/i;
const unheard = 'Query read timeout';

// The system's own signs of life find who is gone, where nobody in between gives them.
const lineOptions = {
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  connectionTimeoutMillis: connectMs,
} as const;

/** A connection of its own, for who listens or announces; what it asks is answered at once. */
export function bareConnection(url: string, applicationName: string) {
  const answerMs = 5_000;
  return {
    connectionString: url,
    application_name: applicationName,
    ...{ ...lineOptions, query_timeout: answerMs },
  };
}

type Ask = (...parts: unknown[]) => unknown;

/**
 * Sequelize listens for a connection's errors only some time after it stands. One that the server ends within that
 * moment, as it does while it is stopped or cleared of clients, would end the process.
 *
 * One over which nothing is heard is destroyed, since what follows would wait behind the question without an answer; and
 * whatever else stood at that time is not used again: a network that swallows seldom swallows one connection alone.
 */
export class HeardClient extends pg.Client {
  readonly #line: Line;
  readonly #begunAt = performance.now();

  constructor(line: Line, config?: pg.ClientConfig) {
    super({ ...config, ...lineOptions });
    this.#line = line;
    this.on('error', () => undefined);
    const ask = super.query.bind(this) as Ask;
    this.query = ((...parts: unknown[]): unknown => {
      const asked = ask(...this.#heard(parts));
      if (asked instanceof Promise) asked.catch((error: unknown) => this.#hear(error));
      return asked;
    }) as typeof this.query;
  }

  /** For a pool, before it hands it out. Saying goodbye over a dead line never ends, so one that is not usable is gone. */
  isUsable(): boolean {
    const { _invalid: isInvalid, _ending: isEnding } = this as { _invalid?: boolean; _ending?: boolean };
    const isUsable = isInvalid !== true && isEnding !== true && this.#begunAt > this.#line.silentAt;
    if (!isUsable) this.#destroy();
    return isUsable;
  }

  /** The parts of a question, with somebody who hears when there is no answer. */
  #heard([question, ...others]: unknown[]): unknown[] {
    const callback = others.pop();
    const first =
      typeof question === 'string' && probe.test(question)
        ? { text: question, query_timeout: probeMs }
        : question;
    if (typeof callback !== 'function')
      return callback === undefined ? [first] : [first, ...others, callback];
    const tell = (error: unknown, result: unknown): void => {
      this.#hear(error);
      (callback as (error: unknown, result: unknown) => void)(error, result);
    };
    return [first, ...others, tell];
  }

  #hear(error: unknown): void {
    if (!(error instanceof Error) || error.message !== unheard) return;
    this.#line.silentAt = performance.now();
    this.#destroy();
  }

  #destroy(): void {
    const { connection } = this as unknown as { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
  }
}

/** As a class of its own, which the pool's library makes by itself. */
export function clientOf(line: Line): typeof pg.Client {
  return class extends HeardClient {
    constructor(config?: pg.ClientConfig) {
      super(line, config);
    }
  };
}

import pg from 'pg';
import { hostOf, parseDatabaseAddress } from '../../platform/databaseAddress.ts';
import { isUnfit, whyUnfit } from './hostChoice.ts';
import type { Line } from './line.ts';
import { NoFittingHostError } from './unavailable.ts';

type Done = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

interface Parameter {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/**
 * The driver's client for connections to an address: it is listened to from the first moment, and of several hosts it
 * goes to the one that takes changes. Every connection of the service is one of these.
 */
export function clientOf(url: string, line: Line): typeof pg.Client {
  const address = parseDatabaseAddress(url);
  if (address.urls.length === 1 && address.wanted === 'any') {
    return class extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super(config);
        line.follow(this);
      }
    };
  }
  return class extends pg.Client {
    readonly #said = new Map<string, string>();

    constructor(config?: pg.ClientConfig) {
      super(config);
      line.follow(this);
      this.connection.on('parameterStatus', ({ parameterName, parameterValue }: Parameter) => {
        this.#said.set(parameterName, parameterValue);
      });
    }

    override connect(): Promise<pg.Client>;
    override connect(done: Done): void;
    override connect(done?: Done): Promise<pg.Client> | undefined {
      const connected = this.#connectToChosen();
      if (done === undefined) return connected;
      const tell = done as (error: Error | null) => void;
      connected.then(() => {
        tell(null);
      }, tell);
      return undefined;
    }

    async #connectToChosen(): Promise<pg.Client> {
      const { stream } = this.connection;
      // The pool gives up by destroying it.
      const abandoned = new Promise<never>((_, reject) => {
        stream.once('close', () => {
          reject(new Error('Connection terminated due to connection timeout'));
        });
      });
      abandoned.catch(() => undefined);
      const chosen = hostOf(await Promise.race([line.hosts.choose(address), abandoned]));
      Object.assign(this, chosen);
      try {
        await super.connect();
        if (!isUnfit(this.#said, address.wanted)) return this;
        // PgBouncer in front of a promoted standby still says that it is one.
        const unfit = await whyUnfit(this, address.wanted);
        if (unfit === null) return this;
        throw new NoFittingHostError(`${chosen.host}:${chosen.port} ${unfit}`);
      } catch (error) {
        line.hosts.forget();
        void this.end().catch(() => undefined);
        throw error;
      }
    }
  };
}

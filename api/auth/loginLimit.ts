import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../../domain/errors.ts';

/** Guesses of one network are counted, wherever they arrive: log-in form, JSON, Authorization header; of all processes together. */
export interface LoginLimit {
  /**
   * Counts a guess before it is looked at: many at the same time are no more than as many in a row.
   * @throws TooManyLoginsError
   */
  take(address: string): Promise<void>;
  /** The guess was right, or nobody has looked at it. */
  giveBack(address: string): Promise<void>;
}

export class TooManyLoginsError extends DomainError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('tooManyRequests', 'too many log-ins have failed');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const windowSeconds = 5 * 60;

/** `storeClient`: the process's Sequelize. */
export function createLoginLimit(storeClient: object, failuresAtMost = 30): LoginLimit {
  const limiter = new RateLimiterPostgres({
    storeClient,
    storeType: 'sequelize',
    tableName: 'login_limits',
    tableCreated: true,
    keyPrefix: 'network',
    points: failuresAtMost,
    duration: windowSeconds,
    // A flood that is refused anyway costs no query.
    inMemoryBlockOnConsumed: failuresAtMost + 1,
  });
  return {
    take: async (address) => {
      try {
        await limiter.consume(networkOf(address));
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        throw new TooManyLoginsError(Math.ceil(error.msBeforeNext / 1_000));
      }
    },
    giveBack: async (address) => {
      await limiter.reward(networkOf(address));
    },
  };
}

/** An IPv4 address, or the /64 of an IPv6 one: that much belongs to one subscriber. */
export function networkOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}

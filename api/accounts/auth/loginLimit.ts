import ipaddr from 'ipaddr.js';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { limiterStore, type LimiterDatabase } from './limiterClient.ts';
import { DomainError } from '../../../domain/errors.ts';

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
  /** Who has to wait: a network, or a login. */
  readonly waiting: string;

  constructor(waiting: string, retryAfterSeconds: number) {
    super('tooManyRequests', 'too many failed log-ins');
    this.waiting = waiting;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const windowSeconds = 5 * 60;
// A site of several subscribers, such as a company, may err more often than one of them; 65,536 times as often it may not.
const networksOfASite = 4;

export function createLoginLimit(db: LimiterDatabase, failuresAtMost = 30): LoginLimit {
  const createLimiter = (keyPrefix: string, points: number) =>
    new RateLimiterPostgres({
      ...limiterStore(db),
      keyPrefix,
      points,
      duration: windowSeconds,
      // A flood that is refused anyway costs no query.
      inMemoryBlockOnConsumed: points + 1,
    });
  const ofNetwork = createLimiter('network', failuresAtMost);
  const ofSite = createLimiter('site', failuresAtMost * networksOfASite);

  return {
    take: async (address) => {
      const site = siteOf(address);
      // One after the other: a network that is blocked must not use up what its site has.
      await consume(ofNetwork, networkOf(address));
      if (site !== null) await consume(ofSite, site);
    },
    giveBack: async (address) => {
      const site = siteOf(address);
      await ofNetwork.reward(networkOf(address));
      if (site !== null) await ofSite.reward(site);
    },
  };
}

/** Counts one more. `customDuration`: seconds, if not the limiter's own. @throws TooManyLoginsError */
export async function consume(
  limiter: RateLimiterPostgres,
  key: string,
  options: { readonly customDuration?: number } = {},
): Promise<void> {
  try {
    await limiter.consume(key, 1, options);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new TooManyLoginsError(key, Math.ceil(error.msBeforeNext / 1_000));
  }
}

/** An IPv4 address, or the /64 of an IPv6 one: that much belongs to one subscriber. */
export function networkOf(address: string): string {
  return ipv6Prefix(orNone(address), 4) ?? usualForm(address);
}

/** The /48 of an IPv6 address, the most that one site is given; null for IPv4. */
export function siteOf(address: string): string | null {
  return ipv6Prefix(orNone(address), 3);
}

/** A connection that is gone has no address any more. */
function orNone(address: string): string {
  return address === '' ? '::' : address;
}

/** The first groups of 16 bits of an IPv6 address, such as `2001:db8:0`; null for IPv4, also where it is written as IPv6. */
function ipv6Prefix(address: string, groups: number): string | null {
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return null;
  return parsed.parts
    .slice(0, groups)
    .map((part) => part.toString(16))
    .join(':');
}

/** The address in its usual form; IPv4 that is written as IPv6 becomes IPv4. */
function usualForm(address: string): string {
  return ipaddr.process(address).toString();
}

import type { Request, RequestHandler } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../../domain/errors.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { networkOf } from '../accounts/auth/loginLimit.ts';
import { addressOf, identityOf } from './requestContext.ts';

/** What is counted for itself: all requests of a caller, those that cost most, pictures; of strangers, public ones that work. */
export type LimitName = 'requests' | 'costly' | 'pictures' | 'public';

/** How many a minute; 0: as many as come. */
export type LimitSizes = Readonly<Record<LimitName, number>>;

export class TooManyCallsError extends DomainError {
  readonly retryAfterSeconds: number;

  constructor(what: string, most: number, retryAfterSeconds: number) {
    super('tooManyCalls', `more than ${most} ${what} a minute; try again in ${retryAfterSeconds} s`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type RateLimits = ReturnType<typeof createRateLimits>;

const windowSeconds = 60;
const words: Readonly<Record<LimitName, string>> = {
  requests: 'requests',
  costly: 'exports, previews, searches and new tasks',
  pictures: 'pictures',
  public: 'public requests from one network',
};

/**
 * How often an account, a token or a network may ask, by this process alone: a question to the database for each request
 * would cost more than most requests do.
 */
export function createRateLimits(sizes: LimitSizes, metrics: Pick<Metrics, 'requestsLimited'>) {
  const limiters = new Map(
    (Object.keys(words) as LimitName[])
      .filter((name) => sizes[name] > 0)
      .map((name) => [name, new RateLimiterMemory({ points: sizes[name], duration: windowSeconds })]),
  );

  /** @throws TooManyCallsError */
  const take = async (name: LimitName, req: Request): Promise<void> => {
    const limiter = limiters.get(name);
    if (limiter === undefined) return;
    try {
      await limiter.consume(name === 'public' ? networkOf(addressOf(req)) : callerOf(req));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      metrics.requestsLimited.inc({ limit: name });
      throw new TooManyCallsError(words[name], sizes[name], Math.ceil(error.msBeforeNext / 1_000));
    }
  };

  return {
    take,
    /** As a step before others. */
    step:
      (name: LimitName): RequestHandler =>
      async (req, _res, next) => {
        await take(name, req);
        next();
      },
    /** The same of one handler. */
    limited:
      (name: LimitName, handler: RequestHandler): RequestHandler =>
      async (req, res, next) => {
        await take(name, req);
        await handler(req, res, next);
      },
  };
}

function callerOf(req: Request): string {
  const { account, token } = identityOf(req);
  return token === undefined ? account.accountId : `token ${token.tokenId}`;
}

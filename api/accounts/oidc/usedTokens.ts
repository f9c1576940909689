import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { limiterStore, type LimiterDatabase } from '../auth/limiterClient.ts';

// As long as the provider's token could still be valid, with the tolerance for its clock.
const rememberedSeconds = 5 * 60;

/** @returns whether the id of a token is used for the first time, by all processes together */
export function createUsedTokens(db: LimiterDatabase): (tokenId: string) => Promise<boolean> {
  const used = new RateLimiterPostgres({
    ...limiterStore(db),
    keyPrefix: 'token',
    points: 1,
    duration: rememberedSeconds,
  });
  return async (tokenId) => {
    try {
      // As long as any id, whatever was sent.
      await used.consume(createHash('sha256').update(tokenId).digest('base64url'));
      return true;
    } catch (error) {
      if (error instanceof RateLimiterRes) return false;
      throw error;
    }
  };
}

import { createHash } from 'node:crypto';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import type { Stores } from '../../../db/stores.ts';
import { limiterStore, type LimiterDatabase } from './limiterClient.ts';
import { consume, networkOf } from './loginLimit.ts';

/** What is guessed: the password of a login, whether anybody has it or not, the code of an account's second factor, or the key of a passkey (its id stands for the login). */
export interface Guessed {
  readonly kind: 'password' | 'code' | 'passkey';
  readonly login: string;
}

/** Guesses at one login are delayed, longer after each failure, whatever networks they come from. */
export interface LoginDelay {
  /**
   * Counts a guess before it is looked at.
   * @returns what to call once it has been
   * @throws TooManyLoginsError, the same for a login that nobody has
   */
  take(guessed: Guessed, address: string): Promise<TakenGuess>;
  /** A log-in from there has succeeded: failures elsewhere will not delay the next one. */
  remember(accountId: string, address: string): Promise<void>;
}

export interface TakenGuess {
  /** It was right: the next failure is the first again. */
  succeed(): Promise<void>;
  /** Nobody has looked at it. */
  giveBack(): Promise<void>;
}

const countedForSeconds = 24 * 60 * 60;
const freeFailures = 10;
const firstWaitSeconds = 15;
const longestWaitSeconds = 15 * 60;

/** After the eleventh failure 15 s, then twice as long each time, up to 15 minutes. */
function waitAfter(failures: number): number {
  return Math.min(firstWaitSeconds * 2 ** (failures - freeFailures - 1), longestWaitSeconds);
}

export function createLoginDelay(
  db: LimiterDatabase,
  networks: Pick<Stores['loginNetworks'], 'isKnown' | 'remember'>,
): LoginDelay {
  const failures = new RateLimiterPostgres({
    ...limiterStore(db),
    keyPrefix: 'failures',
    points: freeFailures,
    duration: countedForSeconds,
  });
  const waits = new RateLimiterPostgres({
    ...limiterStore(db),
    keyPrefix: 'wait',
    points: 1,
    duration: firstWaitSeconds,
  });

  return {
    take: async ({ kind, login }, address) => {
      const network = networkOf(address);
      // A stranger must not keep an account from where it is used: there it has failures of its own.
      const place = (await networks.isKnown(login, network)) ? network : 'elsewhere';
      // As long as any login, whatever was typed.
      const key = createHash('sha256').update(`${kind} ${place} ${login}`).digest('base64url');
      const giveBack = async (): Promise<void> => {
        await failures.reward(key);
      };
      const { consumedPoints } = await failures.penalty(key);
      if (consumedPoints > freeFailures) {
        try {
          // One guess passes, and none after it until the wait is over: of many at the same time all but one are refused.
          await consume(waits, key, { customDuration: waitAfter(consumedPoints) });
        } catch (error) {
          await giveBack();
          throw error;
        }
      }
      return {
        succeed: async () => {
          await failures.delete(key);
          if (consumedPoints > freeFailures) await waits.delete(key);
        },
        giveBack,
      };
    },

    remember: (accountId, address) => networks.remember(accountId, networkOf(address)),
  };
}

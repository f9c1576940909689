import type { Guessed, LoginDelay } from './loginDelay.ts';
import type { LoginLimit } from './loginLimit.ts';

export type Guesses = ReturnType<typeof createGuesses>;

/** Every guess passes here, whatever is guessed: it counts for its network and for its login before it is looked at. */
export function createGuesses(limit: LoginLimit, delay: LoginDelay) {
  return {
    /**
     * What `look` finds; null: the guess was wrong.
     * @throws TooManyLoginsError without looking
     */
    make: async <T>(guessed: Guessed, address: string, look: () => Promise<T | null>): Promise<T | null> => {
      await limit.take(address);
      let isWrong = false;
      try {
        const taken = await delay.take(guessed, address);
        const found = await look().catch(async (error: unknown) => {
          await taken.giveBack();
          throw error;
        });
        isWrong = found === null;
        if (!isWrong) await taken.succeed();
        return found;
      } finally {
        if (!isWrong) await limit.giveBack(address);
      }
    },

    /** Something was asked for with which a guess can be made; `close` when it was right. */
    open: limit.take,
    close: limit.giveBack,

    /** A whole log-in from there has succeeded. */
    remember: delay.remember,
  };
}

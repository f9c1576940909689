import { hash, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';

export interface Passwords {
  /** Does beforehand what the first check would wait for. */
  warm(): Promise<void>;
  hash(password: string): Promise<string>;
  /** With `null`, for a login that nobody has, false after the time that a wrong password takes. */
  verify(passwordHash: string | null, password: string): Promise<boolean>;
  /** Whether the hash was made with another algorithm or cost than new ones are. */
  isOutdated(passwordHash: string): boolean;
}

/** More guesses wait for their turn than are worth answering. */
export class PasswordsBusyError extends Error {
  override readonly name = 'PasswordsBusyError';
}

// OWASP's first choice for argon2id, with a third pass: 64 MiB and about 60 ms of one core for each guess.
const cost = { memoryCost: 65_536, timeCost: 3, parallelism: 1 };
const present = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;
const maxWaiting = 64;

/** Hashes with argon2id, one at a time: each run takes 64 MiB, and a flood of guesses must not take them all. */
export function createPasswords(): Passwords {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let nobody: Promise<string> | undefined;

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= maxWaiting)
      throw new PasswordsBusyError(`${maxWaiting} passwords are waiting to be checked`);
    waiting++;
    const turn = last.then(work).finally(() => {
      waiting -= 1;
    });
    last = turn.catch(() => undefined);
    return turn;
  };

  const hashOfNobody = (): Promise<string> => (nobody ??= inTurn(() => hash(randomBytes(16), cost)));

  return {
    warm: async () => {
      await hashOfNobody();
    },
    hash: (password) => inTurn(() => hash(password, cost)),
    verify: async (passwordHash, password) => {
      // For whomever is asked first: the first unknown login must not take longer than the others.
      const another = hashOfNobody();
      const compared = passwordHash ?? (await another);
      const matches = await inTurn(() => verify(compared, password));
      return matches && passwordHash !== null;
    },
    isOutdated: (passwordHash) => !passwordHash.startsWith(present),
  };
}

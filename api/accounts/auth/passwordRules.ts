import { DomainError } from '../../../domain/errors.ts';
import type { RatePassword } from '../../../platform/passwordStrength.ts';
import { refuseKnownPassword } from './knownPasswords.ts';

/** What pages demand of a new password, above the 3 to 128 characters of the contract. */
const shortestPassword = 12;
const longestPassword = 128;
const lowestScore = 3;
const contextWords = ['luna', 'admin', 'administrator', 'visionlabs', 'root', 'lunaadmin'];

/** The words of a login that its owner might make a password of. */
function wordsOf(login: string): string[] {
  return [login, ...login.split(/[^a-z0-9]+/i).filter((part) => part.length > 2)];
}

/**
 * How strong a password is that somebody chooses on a page, from 3 to 4.
 * @throws DomainError validationFailed, saying what is wrong with it
 */
export async function demandStrongPassword(
  rate: RatePassword,
  login: string,
  password: string,
): Promise<number> {
  const refuse = (message: string): never => {
    throw new DomainError('validationFailed', { path: 'password', message });
  };
  const length = Array.from(password).length;
  refuseKnownPassword(login, password);
  if (length < shortestPassword)
    refuse(
      `must have at least ${shortestPassword} characters; a few words that do not belong together are easy to remember`,
    );
  if (password.length > longestPassword) refuse(`must have at most ${longestPassword} characters`);
  const { score, advice } = await rate(password, [...wordsOf(login), ...contextWords]);
  if (score < lowestScore)
    refuse(`is too easy to guess: strength ${score} of 4, ${lowestScore} is needed. ${advice}`.trim());
  return score;
}

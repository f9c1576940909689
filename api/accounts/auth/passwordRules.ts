import { createHash } from 'node:crypto';
import { DomainError } from '../../../domain/errors.ts';
import { ConfigError, isPublished, type Config } from '../../../platform/config.ts';
import { createPasswordStrength, type RatePassword } from '../../../platform/crypto/passwordStrength.ts';
import { createSortedHashes, type SortedHashes } from '../../../platform/crypto/sortedHashes.ts';
import { refuseKnownPassword } from './knownPasswords.ts';

/** What may be a new password, wherever it is chosen. */
export interface PasswordRules {
  /** Whether JSON and commands demand what pages do. */
  readonly areStrong: boolean;
  /**
   * Of a page: how strong it is, from 3 to 4.
   * @throws DomainError validationFailed, saying what is wrong with it
   */
  demandStrong(login: string, password: string): Promise<number>;
  /**
   * Of JSON and commands, which have checked the 3 to 128 characters of the contract. `isLegacy`: by the form of which the
   * manual says that the e-mail address is the password too.
   * @throws DomainError validationFailed, saying what is wrong with it
   */
  demandAllowed(login: string, password: string, isLegacy?: boolean): Promise<void>;
}

interface PasswordRulesDeps {
  readonly areStrong: boolean;
  /** Beside a password that everybody knows the service does not start then. */
  readonly isPublished: boolean;
  readonly rate: RatePassword;
  readonly common: Pick<SortedHashes, 'has'>;
  /** null: there is no such list. */
  readonly breached: Pick<SortedHashes, 'has'> | null;
}

const shortestPassword = 12;
const longestPassword = 128;
const lowestScore = 3;
/** What has to be left of a password without the words of its context. */
const shortestRest = 8;

/** Easy to guess here, with the parts of the login. docs/security.md has the same list. */
export const contextWords = [
  ...['luna', 'lunaadmin', 'visionlabs', 'root', 'admin', 'administrator'],
  ...['operator', 'auditor', 'viewer'],
];

/** As the settings say. @throws ConfigError for a file that is missing or is not what it has to be */
export async function openPasswordRules(
  config: Pick<Config, 'breachedPasswordsFile' | 'host' | 'passwordRules' | 'secureCookies' | 'trustProxy'>,
): Promise<PasswordRules> {
  const { breachedPasswordsFile: file } = config;
  const breached = file === undefined ? null : createSortedHashes(file);
  await breached?.check().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`BREACHED_PASSWORDS_FILE: ${file} cannot be used: ${reason}`], { cause: error });
  });
  return createPasswordRules({
    areStrong: config.passwordRules === 'strong',
    isPublished: isPublished(config),
    rate: createPasswordStrength(),
    // The ten thousand most common ones that are long enough (THIRD_PARTY_NOTICES.md).
    common: createSortedHashes(new URL('./commonPasswords.txt', import.meta.url)),
    breached,
  });
}

function createPasswordRules(deps: PasswordRulesDeps): PasswordRules {
  const { areStrong, rate, common, breached } = deps;

  const demandStrong = async (login: string, password: string): Promise<number> => {
    refuseKnownPassword(login, password);
    if (Array.from(password).length < shortestPassword)
      throw fault(
        `must have at least ${shortestPassword} characters; a few words that do not belong together are easy to remember`,
      );
    if (password.length > longestPassword) throw fault(`must have at most ${longestPassword} characters`);
    const words = [...wordsOf(login), ...contextWords];
    if (restOf(password, words).length < shortestRest)
      throw fault(
        `must have at least ${shortestRest} characters beside your login, its parts and words such as luna`,
      );
    const { score, advice } = await rate(password, words);
    if (score < lowestScore)
      throw fault(`is too easy to guess: strength ${score} of 4, ${lowestScore} is needed. ${advice}`.trim());
    if (await common.has(sha1(password.toLowerCase()))) throw fault('is one of the most common passwords');
    if ((await breached?.has(sha1(password))) === true)
      throw fault('is known from a data breach: others have used it, and attackers try it');
    return score;
  };

  return {
    areStrong,
    demandStrong,
    demandAllowed: async (login, password, isLegacy = false) => {
      if (areStrong) await demandStrong(login, password);
      else if (!isLegacy || deps.isPublished) refuseKnownPassword(login, password);
    },
  };
}

/** The words of a login that its owner might make a password of. */
function wordsOf(login: string): string[] {
  return [login, ...login.split(/[^a-z0-9]+/i).filter((part) => part.length > 2)];
}

/** What is left without these words, of which one may contain another. */
function restOf(password: string, words: readonly string[]): string {
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, word) => rest.replaceAll(word, ''), password.toLowerCase());
}

/** Not to keep a password: the lists are searched by it. */
function sha1(password: string): string {
  return createHash('sha1').update(password).digest('hex');
}

function fault(message: string): DomainError {
  return new DomainError('validationFailed', { path: 'password', message });
}

import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Stores } from '../../../db/stores.ts';
import {
  isPasswordExpired,
  mayUseService,
  sessionAtMostMs,
  type Account,
} from '../../../domain/accounts/account.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Clock } from '../../http/instants.ts';
import type { Guesses } from './guesses.ts';
import { networkOf } from './loginLimit.ts';
import { PasswordsBusyError, type Passwords } from '../../../platform/crypto/passwords.ts';

interface Credentials {
  readonly account: Account;
  readonly passwordHash: string;
}

export interface SignedIn {
  readonly account: Account;
  /** Stands for the password without telling anything about it. */
  readonly fingerprint: string;
}

export interface AuthenticatorDeps {
  readonly accounts: Pick<Stores['accounts'], 'findByLogin' | 'find' | 'renewHash'>;
  readonly passwords: Pick<Passwords, 'verify' | 'isOutdated' | 'hash'>;
  readonly guesses: Guesses;
  readonly clock: Clock;
  /** Who may use a password; empty: everybody. */
  readonly passwordLogins: readonly string[];
}

interface SessionFacts {
  readonly accountId?: string;
  readonly fingerprint?: string;
  readonly begun?: number;
}

/** For the audit: to the client it is a wrong password as any other. */
export class RefusedPasswordError extends DomainError {
  readonly reason: 'account disabled' | 'password expired' | null;

  constructor(reason: RefusedPasswordError['reason']) {
    super('loginNotFound', 'wrong login or password');
    this.reason = reason;
  }
}

export type Authenticator = ReturnType<typeof createAuthenticator>;

// argon2 alone would hold the service at some ten requests a second.
const verifiedForMs = 30_000;
const verifiedAtMost = 1_000;
// A password changed or an account removed by another process counts from then on.
const accountFreshMs = 1_000;

/** Who a client is, from a login and password, an Authorization header or a session. */
export function createAuthenticator(deps: AuthenticatorDeps) {
  const { accounts, passwords, guesses, clock } = deps;
  const mayUsePassword = (login: string): boolean =>
    deps.passwordLogins.length === 0 || deps.passwordLogins.includes(login);
  const hmacKey = randomBytes(32);
  const verified = new Map<string, { accountId: string; fingerprint: string; until: number }>();
  const underWay = new Map<string, Promise<SignedIn>>();
  const recent = new Map<string, { account: Promise<SignedIn | null>; until: number }>();

  const findRecent = (accountId: string): Promise<SignedIn | null> => {
    const known = recent.get(accountId);
    if (known !== undefined && known.until > Date.now()) return known.account;
    const account = accounts.find(accountId).then(toSignedIn);
    recent.set(accountId, { account, until: Date.now() + accountFreshMs });
    account.catch(() => recent.delete(accountId));
    return account;
  };

  const stillValid = async (accountId: string, fingerprint: string): Promise<SignedIn | null> => {
    const found = await findRecent(accountId);
    return found?.fingerprint === fingerprint && !found.account.disabled ? found : null;
  };

  const reasonAgainst = (account: Account): RefusedPasswordError['reason'] => {
    if (account.disabled) return 'account disabled';
    return isPasswordExpired(account, clock.now()) ? 'password expired' : null;
  };

  /** `refuse` is told why the right password is refused. */
  const guess = async (
    login: string,
    password: string,
    refuse: (reason: RefusedPasswordError['reason']) => void,
  ): Promise<SignedIn | null> => {
    // As long and as little as for a login that nobody has.
    const found = mayUsePassword(login) ? await accounts.findByLogin(login) : null;
    const matches = await passwords.verify(found?.passwordHash ?? null, password).catch(tooMany);
    if (!matches || found === null) return null;
    const reason = reasonAgainst(found.account);
    if (reason === null)
      return toSignedIn(passwords.isOutdated(found.passwordHash) ? await renew(found, password) : found);
    refuse(reason);
    return null;
  };

  /** Only now is the password known. Sessions that were begun with the old hash end. */
  const renew = async (found: Credentials, password: string): Promise<Credentials> => {
    const { accountId } = found.account;
    const renewed = await passwords.hash(password).catch(tooMany);
    await accounts.renewHash(accountId, found.passwordHash, renewed);
    recent.delete(accountId);
    return { ...found, passwordHash: renewed };
  };

  /**
   * @throws RefusedPasswordError after the same time for an unknown login, a disabled account or an expired password as for a
   *   wrong password
   */
  const byPassword = async (login: string, password: string, address: string): Promise<SignedIn> => {
    let reason: RefusedPasswordError['reason'] = null;
    const look = (): Promise<SignedIn | null> =>
      guess(login, password, (found) => {
        reason = found;
      });
    const signedIn = await guesses.make({ kind: 'password', login }, address, look);
    if (signedIn === null) throw new RefusedPasswordError(reason);
    // Otherwise the log-in is not complete yet.
    if (!signedIn.account.hasSecondFactor) await guesses.remember(signedIn.account.accountId, address);
    return signedIn;
  };

  const remember = (key: string, signedIn: SignedIn): void => {
    const [oldest] = verified.keys();
    if (verified.size >= verifiedAtMost && oldest !== undefined) verified.delete(oldest);
    const { account, fingerprint } = signedIn;
    verified.set(key, { accountId: account.accountId, fingerprint, until: Date.now() + verifiedForMs });
  };

  return {
    byPassword,

    /** Whether PASSWORD_LOGINS permits it. */
    mayUsePassword,

    /** @throws DomainError badAuthorization | loginNotFound | tooManyRequests */
    byHeader: async (header: string, address: string): Promise<SignedIn> => {
      const { login, password } = parseBasic(header);
      // With the network: elsewhere somebody who has to wait must not find out which password is in use here.
      const secret = `${networkOf(address)}\0${login}\0${password}`;
      const key = createHmac('sha256', hmacKey).update(secret).digest('base64');
      const known = verified.get(key);
      if (known !== undefined) {
        const signedIn = known.until > Date.now() && (await stillValid(known.accountId, known.fingerprint));
        if (signedIn !== false && signedIn !== null && !isPasswordExpired(signedIn.account, clock.now()))
          return signedIn;
        verified.delete(key);
      }
      let check = underWay.get(key);
      if (check === undefined) {
        check = byPassword(login, password, address).finally(() => underWay.delete(key));
        underWay.set(key, check);
      }
      const signedIn = await check;
      remember(key, signedIn);
      return signedIn;
    },

    /** Of an account that has proven itself without its password; null: it is disabled or gone. */
    byOwnProof: async (accountId: string): Promise<SignedIn | null> => {
      const found = await accounts.find(accountId);
      return found?.account.disabled === false ? toSignedIn(found) : null;
    },

    /** Null when the session is too old, or its account is gone or has another password by now. */
    bySession: async ({ accountId, fingerprint, begun = 0 }: SessionFacts): Promise<SignedIn | null> => {
      if (accountId === undefined || fingerprint === undefined) return null;
      return clock.now().getTime() - begun < sessionAtMostMs ? stillValid(accountId, fingerprint) : null;
    },

    /** Whether the account still exists, with the password and role that it had then, and may still use the service. */
    isStillIn: async ({ account, fingerprint }: SignedIn): Promise<boolean> => {
      const found = await stillValid(account.accountId, fingerprint);
      return found !== null && mayUseService(found.account) && hasSameRole(found.account, account);
    },

    /** After a change of password or a removal: nothing that was known of the account counts any longer. */
    forget: (accountId: string): void => void recent.delete(accountId),
  };
}

function toSignedIn(found: Credentials | null): SignedIn | null {
  return found === null ? null : { account: found.account, fingerprint: fingerprintOf(found.passwordHash) };
}

function hasSameRole(a: Account, b: Account): boolean {
  return a.role === b.role && a.seesPictures === b.seesPictures;
}

export function fingerprintOf(passwordHash: string): string {
  return createHash('sha256').update(passwordHash).digest('base64url');
}

/** @throws DomainError badAuthorization */
export function parseBasic(header: string): { login: string; password: string } {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) {
    throw new DomainError('badAuthorization', 'expected Authorization: Basic base64(login:password)');
  }
  return { login: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function tooMany(error: unknown): never {
  if (error instanceof PasswordsBusyError) throw new DomainError('tooManyRequests', error.message);
  throw error;
}
